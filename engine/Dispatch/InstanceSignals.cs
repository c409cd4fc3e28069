using System.Collections.Concurrent;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>Notifies callers that wait for an instance to start, to end or to be removed.</summary>
sealed class InstanceSignals
{
    readonly ConcurrentDictionary<string, TaskCompletionSource> _changed = new();

    /// <summary>Completes at the next change. Call it before reading the instance; otherwise the change may be missed.</summary>
    public Task NextChange(string instanceId) =>
        _changed.GetOrAdd(instanceId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Notify(string instanceId)
    {
        if (_changed.TryRemove(instanceId, out var waiters))
            waiters.TrySetResult();
    }
}
