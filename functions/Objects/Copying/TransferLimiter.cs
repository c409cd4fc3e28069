namespace DataTransferHub.Objects.Copying;

/// <summary>
/// Bounds what is in transfer in this process, whatever the number of activities: objects and parts, and among them the parts that
/// must be held whole in memory.
/// </summary>
/// <param name="options">Holds the bounds.</param>
sealed class TransferLimiter(ObjectOptions options) : IDisposable
{
    const int MaximumHeldParts = 4;

    readonly SemaphoreSlim _transfers = new(options.MaximumConcurrentTransfers);
    readonly SemaphoreSlim _heldParts = new(MaximumHeldParts);

    /// <summary>Runs the work when there is room for one more transfer.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken) => RunAsync(_transfers, work, cancellationToken);

    /// <summary>Runs the work when there is room for one more part in memory. To be used inside <see cref="RunAsync{T}(Func{Task{T}}, CancellationToken)"/>.</summary>
    public Task<T> HoldAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken) => RunAsync(_heldParts, work, cancellationToken);

    public void Dispose()
    {
        _transfers.Dispose();
        _heldParts.Dispose();
    }

    static async Task<T> RunAsync<T>(SemaphoreSlim room, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await room.WaitAsync(cancellationToken);
        try
        {
            return await work();
        }
        finally
        {
            room.Release();
        }
    }
}
