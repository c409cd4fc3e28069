namespace DataTransferHub.Engine.Dispatch;

/// <summary>
/// Decides which live orchestrators stay in memory between episodes. Beyond the limit the least recently used are evicted; their
/// next episode replays them from history.
/// </summary>
sealed class ExecutorCache(long limit)
{
    // Estimates: the memory of an executor apart from its history, and the ratio of history in memory to packed history.
    const long BaseCost = 4096;
    const long Expansion = 3;

    readonly Lock _gate = new();

    // Guarded by _gate.
    readonly LinkedList<(InstanceMailbox Mailbox, long Bytes)> _recent = new();
    readonly Dictionary<InstanceMailbox, LinkedListNode<(InstanceMailbox Mailbox, long Bytes)>> _nodes = [];
    long _bytes;

    /// <summary>Estimated bytes of the orchestrators in memory.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _bytes;
        }
    }

    public void Touch(InstanceMailbox mailbox)
    {
        lock (_gate)
        {
            Forget(mailbox);
            var bytes = BaseCost + (mailbox.HistoryBytes * Expansion);
            _nodes[mailbox] = _recent.AddFirst((mailbox, bytes));
            _bytes += bytes;
            for (var node = _recent.Last; node is not null && _bytes > limit;)
            {
                var previous = node.Previous;
                if (node.Value.Mailbox.TryEvict())
                    Forget(node.Value.Mailbox);
                node = previous;
            }
        }
    }

    public void Remove(InstanceMailbox mailbox)
    {
        lock (_gate)
            Forget(mailbox);
    }

    void Forget(InstanceMailbox mailbox)
    {
        if (!_nodes.Remove(mailbox, out var node))
            return;
        _recent.Remove(node);
        _bytes -= node.Value.Bytes;
    }
}
