namespace DataTransferHub.Engine.Replay;

/// <summary>
/// External events of one execution: those that arrived before anyone waited, oldest first, and those who wait, newest
/// first. Names are compared without regard to case.
/// </summary>
sealed class ExternalEvents
{
    readonly LinkedList<BufferedEvent> _buffered = new();
    readonly Dictionary<string, Queue<LinkedListNode<BufferedEvent>>> _bufferedByName = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, Stack<Waiter>> _waiters = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names that someone waits for now.</summary>
    public IEnumerable<string> AwaitedNames =>
        _waiters.Where(w => w.Value.Any(x => !x.Completion.Task.IsCompleted)).Select(w => w.Key);

    /// <summary>Events that no code has awaited yet, in order of arrival over all names.</summary>
    public IEnumerable<BufferedEvent> Unprocessed => _buffered;

    public bool TryTake(string name, out string? payload)
    {
        if (!_bufferedByName.TryGetValue(name, out var queue) || !queue.TryDequeue(out var node))
        {
            payload = null;
            return false;
        }
        if (queue.Count == 0)
            _bufferedByName.Remove(name);
        _buffered.Remove(node);
        payload = node.Value.Payload;
        return true;
    }

    /// <exception cref="ArgumentException">Someone already waits for this event as another type.</exception>
    public TaskCompletionSource<string?> Wait(string name, Type type)
    {
        if (!_waiters.TryGetValue(name, out var stack))
            _waiters[name] = stack = new();
        DropCancelled(stack);
        if (stack.TryPeek(out var other) && other.Type != type)
            throw new ArgumentException(
                $"The event '{name}' is already awaited as {other.Type}; it cannot be awaited as {type} at the same time.", nameof(type));
        var waiter = new Waiter(type, new());
        stack.Push(waiter);
        return waiter.Completion;
    }

    /// <summary>The newest waiter that still waits, if there is one; else the event is kept.</summary>
    public TaskCompletionSource<string?>? Deliver(string name, string? payload)
    {
        if (_waiters.TryGetValue(name, out var stack))
        {
            DropCancelled(stack);
            if (stack.TryPop(out var waiter))
                return waiter.Completion;
        }
        var node = _buffered.AddLast(new BufferedEvent(name, payload));
        if (!_bufferedByName.TryGetValue(name, out var queue))
            _bufferedByName[name] = queue = new();
        queue.Enqueue(node);
        return null;
    }

    // An event must never be swallowed by a waiter that has given up.
    static void DropCancelled(Stack<Waiter> stack)
    {
        while (stack.TryPeek(out var top) && top.Completion.Task.IsCompleted)
            stack.Pop();
    }

    public readonly record struct BufferedEvent(string Name, string? Payload);

    sealed record Waiter(Type Type, TaskCompletionSource<string?> Completion);
}
