using DataTransferHub.Engine.Replay;
using DataTransferHub.Engine.Storage;
using Google.Protobuf;
using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>An instance that a transaction has created.</summary>
/// <param name="InstanceId">Its id.</param>
/// <param name="Key">Its row.</param>
/// <param name="ExecutionId">Its first execution.</param>
/// <param name="Start">Its first message.</param>
/// <param name="ParentNotice">The message to the parent of the unfinished instance that this one replaced, if it had a parent.</param>
sealed record CreatedInstance(
    string InstanceId, long Key, string ExecutionId, InstanceMessage Start, (string To, InstanceMessage Message)? ParentNotice);

/// <summary>Creates pending instances within a transaction, for clients and for parents.</summary>
static class InstanceCreation
{
    /// <summary>The statuses in which a new instance replaces one with the same id by default: those of finished instances.</summary>
    public static readonly long Finished = InstanceFilter.Mask(
    [
        OrchestrationStatus.Completed, OrchestrationStatus.Failed, OrchestrationStatus.Canceled, OrchestrationStatus.Terminated,
    ]);

    /// <returns>Null, with nothing written, if an instance with that id exists in a status in which it may not be replaced.</returns>
    public static CreatedInstance? TryCreate(StoreTransaction transaction, HistoryEvent started, long replaceable, DateTime now)
    {
        var start = started.ExecutionStarted;
        var id = start.OrchestrationInstance.InstanceId;
        (string To, InstanceMessage Message)? parentNotice = null;
        if (transaction.Find(id) is { } existing)
        {
            if ((replaceable & (1L << (int)existing.Status)) == 0)
                return null;
            if (!existing.IsTerminal)
                parentNotice = NotifyParent(transaction, existing.Key, now);
            transaction.DeleteInstance(existing.Key);
        }
        var key = transaction.InsertInstance(start, now);
        var executionId = start.OrchestrationInstance.ExecutionId;
        var sequence = transaction.WriteMessage(key, 0, executionId, started.ToByteArray());
        return new CreatedInstance(id, key, executionId, new InstanceMessage(sequence, executionId, started), parentNotice);
    }

    // Otherwise the parent of a replaced instance would wait forever.
    static (string To, InstanceMessage Message)? NotifyParent(StoreTransaction transaction, long key, DateTime now)
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

    /// <summary>An execution id in the format that official clients and workers expect.</summary>
    public static string NewExecutionId() => Guid.NewGuid().ToString("N");
}
