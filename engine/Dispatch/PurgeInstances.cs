using DataTransferHub.Engine.Storage;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>The result of a purge.</summary>
/// <param name="Purged">Instances removed, children included.</param>
/// <param name="Unfinished">The first instance that could not be removed because it has not ended.</param>
readonly record struct Purge(int Purged, string? Unfinished);

/// <summary>Removes finished instances, with their children if requested. An unfinished instance is kept, with its parents.</summary>
sealed class PurgeInstances(Dispatcher dispatcher, IReadOnlyList<string> instanceIds, bool recursive) : StoreOperation<Purge>
{
    readonly List<string> _purged = [];
    string? _unfinished;

    protected override Purge Result => new(_purged.Count, _unfinished);

    public override void Apply(StoreTransaction transaction)
    {
        _purged.Clear();
        _unfinished = null;
        foreach (var id in instanceIds)
            Remove(transaction, id);
    }

    protected override void Publish()
    {
        foreach (var id in _purged)
            dispatcher.Signals.Notify(id);
    }

    // Children first: a child is found only through its parent.
    bool Remove(StoreTransaction transaction, string instanceId)
    {
        if (transaction.Find(instanceId) is not { } head)
            return true;
        if (!head.IsTerminal)
        {
            _unfinished ??= instanceId;
            return false;
        }
        if (recursive && !transaction.Children(instanceId).TrueForAll(child => Remove(transaction, child)))
            return false;
        transaction.DeleteInstance(head.Key);
        _purged.Add(instanceId);
        return true;
    }
}
