using System.Buffers;
using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using DataTransferHub.Objects.Settings;

namespace DataTransferHub.Objects.Units;

/// <summary>
/// Limits the concurrent transfers of objects and parts in this process, whatever the number of activities, and the memory of those that
/// must be held whole.
/// </summary>
/// <param name="options">The limits.</param>
sealed class TransferLimiter(ObjectOptions options) : IDisposable
{
    /// <summary>Each transfer may hold up to this many bytes outside the memory budget.</summary>
    public const int UnbudgetedBytes = 256 * 1024;

    // The budget is allocated in blocks, which are reused: the platform's array pool would keep arrays of every size that was ever needed,
    // a multiple of the budget.
    const int BlockBytes = 1 << 20;
    const int Blocks = 256;
    const long LargestHeld = 64L << 20;

    readonly SemaphoreSlim _transfers = new(options.MaximumConcurrentTransfers);
    readonly ConcurrentBag<byte[]> _freeBlocks = [];

    readonly ConcurrencyLimiter _budget = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = Blocks,
        QueueLimit = int.MaxValue,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Whether this many bytes can be held at all.</summary>
    public static bool CanHold(long bytes) => bytes <= LargestHeld;

    /// <summary>Runs the work when a transfer slot is free.</summary>
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
    /// Runs the work with memory for this many bytes. Waits for the memory first and for a transfer slot second: in this order, work that
    /// waits for memory does not take a slot, and there is no deadlock. See <see cref="CanHold"/>.
    /// </summary>
    public async Task<T> HoldAsync<T>(long bytes, Func<HeldBytes, Task<T>> work, CancellationToken cancellationToken)
    {
        var blocks = bytes <= UnbudgetedBytes ? 0 : (int)((bytes + BlockBytes - 1) / BlockBytes);
        using var lease = blocks == 0 ? null : await _budget.AcquireAsync(blocks, cancellationToken);
        return await RunAsync(
            async () =>
            {
                using var held = blocks == 0 ? RentSmall((int)bytes) : RentBlocks(bytes, blocks);
                return await work(held);
            },
            cancellationToken);
    }

    public void Dispose()
    {
        _transfers.Dispose();
        _budget.Dispose();
    }

    static HeldBytes RentSmall(int bytes) =>
        new(bytes, [ArrayPool<byte>.Shared.Rent(Math.Max(1, bytes))], static rented => ArrayPool<byte>.Shared.Return(rented[0]));

    HeldBytes RentBlocks(long bytes, int count)
    {
        var blocks = new byte[count][];
        for (var i = 0; i < count; i++)
            blocks[i] = _freeBlocks.TryTake(out var block) ? block : GC.AllocateUninitializedArray<byte>(BlockBytes);
        return new HeldBytes(bytes, blocks, returned =>
        {
            foreach (var block in returned)
                _freeBlocks.Add(block);
        });
    }
}
