using System.Buffers;
using System.Collections.Concurrent;
using System.Numerics;
using DataTransferHub.Objects.Settings;

namespace DataTransferHub.Objects.Routes;

/// <summary>
/// The memory of all transfers of this process. Each route may hold as much as is left free for others, so that however many there are and
/// however slow one is, the next finds memory (dynamic thresholds of shared buffers, Choudhury and Hahne 1998). Thread-safe.
/// </summary>
/// <param name="total">The budget in bytes; at least <see cref="LargestHeld"/>.</param>
sealed class MemoryBudget(long total)
{
    /// <summary>Bytes up to this many can be held at all.</summary>
    public const long LargestHeld = 64L << 20;

    // Allocated in blocks, which are reused: the platform's array pool would keep arrays of every size that was ever needed, a multiple of
    // the budget.
    const int BlockBytes = 1 << 20;

    // What is smaller comes from the platform's pool, whose arrays have sizes of powers of two.
    const int SmallBytes = 256 * 1024;

    readonly ConcurrentBag<byte[]> _freeBlocks = [];
    readonly Lock _lock = new();
    readonly List<Share> _shares = [];
    long _used;

    public MemoryBudget(ObjectOptions options)
        : this(options.TransferMemory)
    {
    }

    /// <summary>Whether a body takes so little that it is not counted in blocks.</summary>
    public static bool IsSmall(long bytes) => bytes <= SmallBytes;

    /// <summary>The budget in bytes.</summary>
    public long Total => total;

    /// <summary>Bytes in use.</summary>
    public long Used
    {
        get
        {
            lock (_lock)
                return _used;
        }
    }

    /// <summary>A new share, for one route.</summary>
    public Share NewShare()
    {
        var share = new Share(this);
        lock (_lock)
            _shares.Add(share);
        return share;
    }

    static long CostOf(long bytes) => bytes > SmallBytes
        ? (bytes + BlockBytes - 1) / BlockBytes * BlockBytes
        : (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(bytes, 1024));

    HeldBytes Rent(long bytes)
    {
        if (bytes <= SmallBytes)
        {
            return new HeldBytes(
                bytes, [ArrayPool<byte>.Shared.Rent(Math.Max(1, (int)bytes))],
                static rented => ArrayPool<byte>.Shared.Return(rented[0]));
        }

        var blocks = new byte[(bytes + BlockBytes - 1) / BlockBytes][];
        for (var i = 0; i < blocks.Length; i++)
            blocks[i] = _freeBlocks.TryTake(out var block) ? block : GC.AllocateUninitializedArray<byte>(BlockBytes);
        return new HeldBytes(bytes, blocks, returned =>
        {
            foreach (var block in returned)
                _freeBlocks.Add(block);
        });
    }

    // Those that can begin, in the order of their shares, each share in the order of arrival. Call with the lock.
    List<Waiter> TakeReady()
    {
        var ready = new List<Waiter>();
        foreach (var share in _shares)
            share.MoveReadyTo(ready);
        return ready;
    }

    void Release(Share share, long cost)
    {
        List<Waiter> ready;
        lock (_lock)
        {
            _used -= cost;
            share.Used -= cost;
            ready = TakeReady();
        }

        foreach (var waiter in ready)
            waiter.Begin.TrySetResult();
    }

    /// <summary>What one route may use.</summary>
    public sealed class Share(MemoryBudget budget)
    {
        readonly LinkedList<Waiter> _waiters = [];

        /// <summary>Bytes in use.</summary>
        public long Used { get; set; }

        /// <summary>Runs the work with the memory for this many bytes, once it is free.</summary>
        public async Task<T> HoldAsync<T>(long bytes, Func<HeldBytes, Task<T>> work, TurnWait wait)
        {
            await TakeAsync(CostOf(bytes), wait);
            try
            {
                using var held = budget.Rent(bytes);
                return await work(held);
            }
            finally
            {
                budget.Release(this, CostOf(bytes));
            }
        }

        /// <summary>Runs work that allocates this many bytes itself, once they are free.</summary>
        public async Task<T> RunAsync<T>(long bytes, Func<Task<T>> work, TurnWait wait)
        {
            await TakeAsync(bytes, wait);
            try
            {
                return await work();
            }
            finally
            {
                budget.Release(this, bytes);
            }
        }

        /// <summary>Moves the waiters that can begin, and takes their memory. Call with the budget's lock.</summary>
        public void MoveReadyTo(List<Waiter> ready)
        {
            while (_waiters.First is { Value: var waiter } && MayTake(waiter.Cost))
            {
                _waiters.RemoveFirst();
                Take(waiter.Cost);
                ready.Add(waiter);
            }
        }

        async Task TakeAsync(long cost, TurnWait wait)
        {
            wait.ThrowIfOver();
            LinkedListNode<Waiter> node;
            lock (budget._lock)
            {
                if (_waiters.Count == 0 && MayTake(cost))
                {
                    Take(cost);
                    return;
                }

                node = _waiters.AddLast(new Waiter(cost));
            }

            using var cancelled = wait.Register(token => Cancel(node, token));
            await node.Value.Begin.Task;
        }

        // The memory of one that began just before is returned.
        void Cancel(LinkedListNode<Waiter> node, CancellationToken cancellationToken)
        {
            var isWaiting = false;
            lock (budget._lock)
            {
                if (node.List is not null)
                {
                    _waiters.Remove(node);
                    isWaiting = true;
                }
            }

            if (isWaiting)
            {
                node.Value.Begin.TrySetCanceled(cancellationToken);

                // The next in the queue may need less.
                budget.Release(this, 0);
            }
        }

        void Take(long cost)
        {
            Used += cost;
            budget._used += cost;
        }

        bool MayTake(long cost)
        {
            var free = budget.Total - budget._used;
            return cost <= free && (Used == 0 || Used + cost <= free);
        }
    }

    /// <summary>One that waits for memory.</summary>
    public sealed record Waiter(long Cost)
    {
        /// <summary>Ends when the memory was taken.</summary>
        public TaskCompletionSource Begin { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
