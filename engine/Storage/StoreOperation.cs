using DataTransferHub.Sqlite;

namespace DataTransferHub.Engine.Storage;

/// <summary>One atomic change of a hub's file.</summary>
abstract class StoreOperation : IChange<StoreTransaction>
{
    /// <summary>
    /// Makes the change. A change that is refused by what it finds (say, a missing instance) notes that and writes nothing; it does not
    /// throw.
    /// </summary>
    public abstract void Apply(StoreTransaction transaction);

    public abstract void Committed();

    public abstract void Failed(Exception reason);
}

/// <summary>A change that someone awaits, with what it found.</summary>
abstract class StoreOperation<TResult> : StoreOperation
{
    readonly TaskCompletionSource<TResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TResult> Completion => _completion.Task;

    /// <summary>The outcome; set by <see cref="StoreOperation.Apply"/>.</summary>
    protected abstract TResult Result { get; }

    public sealed override void Committed()
    {
        Publish();
        _completion.TrySetResult(Result);
    }

    public sealed override void Failed(Exception reason) => _completion.TrySetException(reason);

    /// <summary>Tells the engine of the change, before whoever awaits it hears of it.</summary>
    protected abstract void Publish();
}
