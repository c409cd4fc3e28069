using DataTransferHub.Engine.Protocol;
using DataTransferHub.Engine.Storage;
using Google.Protobuf;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>An instance that a transaction has made.</summary>
sealed record CreatedInstance(string InstanceId, long Key, string ExecutionId, InstanceMessage Start);

/// <summary>Makes pending instances within a transaction, for clients and for parents alike.</summary>
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
        if (transaction.Find(id) is { } existing)
        {
            if ((replaceable & (1L << (int)existing.Status)) == 0)
                return null;
            transaction.DeleteInstance(existing.Key);
        }
        var key = transaction.InsertInstance(start, now);
        var executionId = start.OrchestrationInstance.ExecutionId;
        var sequence = transaction.WriteMessage(key, 0, executionId, started.ToByteArray());
        return new CreatedInstance(id, key, executionId, new InstanceMessage(sequence, executionId, started));
    }

    /// <summary>An execution id in the form that official clients and workers expect.</summary>
    public static string NewExecutionId() => Guid.NewGuid().ToString("N");
}
