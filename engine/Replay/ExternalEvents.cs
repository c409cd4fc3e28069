namespace DataTransferHub.Engine.Replay;

/// <summary>
/// External events of one execution: buffered events that arrived before they were awaited, oldest first, and waiters, newest first. Names
/// are case-insensitive.
/// </summary>
sealed class ExternalEvents
{
    readonly LinkedList<BufferedEvent> _buffered = new();
    readonly Dictionary<string, Queue<LinkedListNode<BufferedEvent>>> _bufferedByName = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, Stack<Waiter>> _waiters = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names of the events that are being awaited.</summary>
    public IEnumerable<string> AwaitedNames =>
        _waiters.Where(w => w.Value.Any(x => !x.Completion.Task.IsCompleted)).Select(w => w.Key);

    /// <summary>Events that no code has awaited yet, in order of arrival across all names.</summary>
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

    /// <exception cref="ArgumentException">The event is already awaited as another type.</exception>
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

    /// <summary>Returns the newest active waiter, or buffers the event if there is none.</summary>
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

    // A cancelled waiter must never consume an event.
    static void DropCancelled(Stack<Waiter> stack)
    {
        while (stack.TryPeek(out var top) && top.Completion.Task.IsCompleted)
            stack.Pop();
    }

    public readonly record struct BufferedEvent(string Name, string? Payload);

    sealed record Waiter(Type Type, TaskCompletionSource<string?> Completion);
}
