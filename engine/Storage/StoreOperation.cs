namespace DataTransferHub.Engine.Storage;

/// <summary>
/// One atomic change. The writer applies it inside a transaction it may share with others, and reports once that
/// transaction is on the disk. All three methods run on the writer thread; what they do must be short.
/// </summary>
abstract class StoreOperation
{
    /// <summary>
    /// Makes the change. It may run again if the transaction it first ran in failed, so it forgets what it noted before. A
    /// change that is refused by what it finds (say, a missing instance) notes that and writes nothing; it does not throw.
    /// </summary>
    public abstract void Apply(StoreTransaction transaction);

    /// <summary>The change is durable. Operations are reported in the order in which they were applied.</summary>
    public abstract void Committed();

    /// <summary>The change was not made.</summary>
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
