using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Routes;

/// <summary>
/// What all transfers from one store to another share in this process: how many are in progress, their memory, and the rate that they
/// reach. Routes are independent, so that a slow or failing store takes no slot from the transfers of others; those that share a store each
/// give way when it throttles. Thread-safe.
/// </summary>
sealed class Route
{
    // What is smaller says more of the latency than of the rate.
    const long TellsRate = 1 << 20;

    readonly Lock _lock = new();
    readonly LinkedList<TaskCompletionSource> _waiters = [];
    // Apart, so that small bodies and streams do not queue behind large bodies that wait for memory.
    readonly MemoryBudget.Share _small;
    readonly MemoryBudget.Share _large;
    readonly ConcurrencyLevel _level;
    int _running;

    /// <param name="memory">The memory that its transfers may use.</param>
    /// <param name="most">Maximum number of transfers in progress.</param>
    /// <param name="time">Measures the throughput.</param>
    public Route(MemoryBudget memory, int most, TimeProvider time)
    {
        _small = memory.NewShare();
        _large = memory.NewShare();
        _level = new ConcurrencyLevel(most, time);
        Rate = new TransferRate(time);
    }

    /// <summary>The rate of one stream.</summary>
    public TransferRate Rate { get; }

    /// <summary>How many transfers may be in progress now.</summary>
    public int Level
    {
        get
        {
            lock (_lock)
                return _level.Value;
        }
    }

    /// <summary>Whether this many bytes can be held at all.</summary>
    public static bool CanHold(long bytes) => bytes <= MemoryBudget.LargestHeld;

    /// <summary>Runs a transfer that streams its bytes, when it is its turn.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="transfer">The transfer.</param>
    /// <param name="wait">How it waits.</param>
    public Task<T> StreamAsync<T>(long bytes, Func<Task<T>> transfer, TurnWait wait) =>
        _small.RunAsync(Math.Min(bytes, RelayedContent.BufferSize), () => RunAsync(bytes, transfer, wait), wait);

    /// <summary>
    /// Runs a transfer with memory for all its bytes. Waits for the memory first and for its turn second: in this order, a transfer that
    /// waits for memory does not take the turn of another, and there is no deadlock. See <see cref="CanHold"/>.
    /// </summary>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="transfer">The transfer.</param>
    /// <param name="wait">How it waits.</param>
    public Task<T> HoldAsync<T>(long bytes, Func<HeldBytes, Task<T>> transfer, TurnWait wait)
    {
        var memory = MemoryBudget.IsSmall(bytes) ? _small : _large;
        return memory.HoldAsync(bytes, held => RunAsync(bytes, () => transfer(held), wait), wait);
    }

    async Task<T> RunAsync<T>(long bytes, Func<Task<T>> transfer, TurnWait wait)
    {
        await TakeTurnAsync(wait);
        var began = _level.Now;
        try
        {
            var result = await transfer();
            End(() => _level.Ended(began, bytes, _waiters.Count > 0));
            if (bytes >= TellsRate)
                Rate.Note(bytes, began);
            return result;
        }
        catch (StoreException fault) when (fault.Fault is StoreFault.Throttled or StoreFault.Timeout)
        {
            End(() => _level.Overloaded(began));
            throw;
        }
        catch
        {
            End(null);
            throw;
        }
    }

    async Task TakeTurnAsync(TurnWait wait)
    {
        wait.ThrowIfOver();
        LinkedListNode<TaskCompletionSource> node;
        lock (_lock)
        {
            if (_running < _level.Value && _waiters.Count == 0)
            {
                _running++;
                return;
            }

            node = _waiters.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        using var cancelled = wait.Register(token => Cancel(node, token));
        await node.Value.Task;
    }

    void Cancel(LinkedListNode<TaskCompletionSource> node, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (node.List is null)
                return;
            _waiters.Remove(node);
        }

        node.Value.TrySetCanceled(cancellationToken);
    }

    void End(Action? learn)
    {
        var next = new List<TaskCompletionSource>();
        lock (_lock)
        {
            _running--;
            learn?.Invoke();
            for (; _running < _level.Value && _waiters.First is { } first; _running++)
            {
                _waiters.RemoveFirst();
                next.Add(first.Value);
            }
        }

        foreach (var turn in next)
            turn.SetResult();
    }
}
