using System.Collections.Concurrent;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>Wakes those who wait for an instance to start, to end or to disappear.</summary>
sealed class InstanceSignals
{
    readonly ConcurrentDictionary<string, TaskCompletionSource> _changed = new();

    /// <summary>Completes at the next change. Ask for it before looking at the instance, or the change may be missed.</summary>
    public Task NextChange(string instanceId) =>
        _changed.GetOrAdd(instanceId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Notify(string instanceId)
    {
        if (_changed.TryRemove(instanceId, out var waiters))
            waiters.TrySetResult();
    }
}
