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
    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
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

    /// <summary>
    /// Runs the work when there is room for so many bytes in memory. To be used inside <see cref="RunAsync"/>; see <see cref="CanHold"/>.
    /// </summary>
    public async Task<T> HoldAsync<T>(long bytes, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        // A rented buffer has a power of two of bytes.
        var permits = (int)Math.Max(1, (long)BitOperations.RoundUpToPowerOf2((ulong)bytes) / PermitBytes);
        using var lease = await _held.AcquireAsync(permits, cancellationToken);
        return await work();
    }

    public void Dispose()
    {
        _transfers.Dispose();
        _held.Dispose();
    }
}
