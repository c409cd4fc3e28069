using DataTransferHub.Engine.Replay;
using DataTransferHub.Engine.Storage;
using Google.Protobuf;
using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>An instance that a transaction has made.</summary>
/// <param name="InstanceId">Its id.</param>
/// <param name="Key">Its row.</param>
/// <param name="ExecutionId">Its first execution.</param>
/// <param name="Start">Its first message.</param>
/// <param name="Bereaved">The message to the parent of the unfinished instance that this one replaced, if it had one.</param>
sealed record CreatedInstance(
    string InstanceId, long Key, string ExecutionId, InstanceMessage Start, (string To, InstanceMessage Message)? Bereaved);

/// <summary>Makes pending instances within a transaction, for clients and for parents.</summary>
static class InstanceCreation
{
    /// <summary>Instances that a new one of the same id replaces, unless the client says otherwise: those that have ended.</summary>
    public static readonly long Finished = InstanceFilter.Mask(
    [
        OrchestrationStatus.Completed, OrchestrationStatus.Failed, OrchestrationStatus.Canceled, OrchestrationStatus.Terminated,
    ]);

    /// <returns>Null, and nothing written, when an instance of that id exists in a status that may not be replaced.</returns>
    public static CreatedInstance? TryCreate(StoreTransaction transaction, HistoryEvent started, long replaceable, DateTime now)
    {
        var start = started.ExecutionStarted;
        var id = start.OrchestrationInstance.InstanceId;
        (string To, InstanceMessage Message)? bereaved = null;
        if (transaction.Find(id) is { } existing)
        {
            if ((replaceable & (1L << (int)existing.Status)) == 0)
                return null;
            if (!existing.IsTerminal)
                bereaved = TellParent(transaction, existing.Key, now);
            transaction.DeleteInstance(existing.Key);
        }
        var key = transaction.InsertInstance(start, now);
        var executionId = start.OrchestrationInstance.ExecutionId;
        var sequence = transaction.WriteMessage(key, 0, executionId, started.ToByteArray());
        return new CreatedInstance(id, key, executionId, new InstanceMessage(sequence, executionId, started), bereaved);
    }

    // Without this, a parent of a replaced instance would wait without end.
    static (string To, InstanceMessage Message)? TellParent(StoreTransaction transaction, long key, DateTime now)
    {
        if (transaction.FindStart(key) is not { ParentInstance: { } parent } replaced
            || transaction.Find(parent.OrchestrationInstance.InstanceId) is not { IsTerminal: false } head
            || head.ExecutionId != parent.OrchestrationInstance.ExecutionId)
        {
            return null;
        }
        var failed = new HistoryEvent
        {
            EventId = -1,
            Timestamp = HistoryEvents.Timestamp(now),
            SubOrchestrationInstanceFailed = new()
            {
                TaskScheduledId = parent.TaskScheduledId,
                FailureDetails = Failures.Permanent(
                    Failures.InstanceReplaced,
                    $"The sub-orchestration '{replaced.Name}' ({replaced.OrchestrationInstance.InstanceId}) was replaced: a client" +
                    " started another instance with its id before it had ended."),
            },
        };
        var sequence = transaction.WriteMessage(head.Key, 0, head.ExecutionId, failed.ToByteArray());
        return (parent.OrchestrationInstance.InstanceId, new InstanceMessage(sequence, head.ExecutionId, failed));
    }

    /// <summary>An execution id in the form that official clients and workers expect.</summary>
    public static string NewExecutionId() => Guid.NewGuid().ToString("N");
}
