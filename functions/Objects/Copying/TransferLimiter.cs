using System.Numerics;
using System.Threading.RateLimiting;

namespace DataTransferHub.Objects.Copying;

/// <summary>
/// Bounds what is in transfer in this process, whatever the number of activities: objects and parts, and among them the bytes of
/// those that must be held whole in memory.
/// </summary>
/// <param name="options">Holds the bounds.</param>
sealed class TransferLimiter(ObjectOptions options) : IDisposable
{
    // Bytes held at once in the process, and of one object or part.
    const long HeldBytes = 256L << 20;
    const long LargestHeld = 64L << 20;

    const int PermitBytes = 1024;

    readonly SemaphoreSlim _transfers = new(options.MaximumConcurrentTransfers);

    readonly ConcurrencyLimiter _held = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = (int)(HeldBytes / PermitBytes),
        QueueLimit = int.MaxValue,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Whether so many bytes may be held at all.</summary>
    public static bool CanHold(long bytes) => bytes <= LargestHeld;

    /// <summary>Runs the work when there is room for one more transfer.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken) => RunAsync(0, work, cancellationToken);

    /// <summary>
    /// Runs the work when there is room for so many bytes in memory and then for one more transfer: always in this order, so that what
    /// waits for memory takes no place from others, and no two wait for each other. See <see cref="CanHold"/>.
    /// </summary>
    public async Task<T> RunAsync<T>(long heldBytes, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        // A rented buffer has a power of two of bytes.
        var permits = (int)((long)BitOperations.RoundUpToPowerOf2((ulong)heldBytes) / PermitBytes);
        using var lease = permits == 0 ? null : await _held.AcquireAsync(permits, cancellationToken);
        await _transfers.WaitAsync(cancellationToken);
        try
        {
            return await work();
        }
        finally
        {
            _transfers.Release();
        }
    }

    public void Dispose()
    {
        _transfers.Dispose();
        _held.Dispose();
    }
}
