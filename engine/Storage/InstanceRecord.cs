using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Storage;

/// <summary>The row of an instance.</summary>
sealed record InstanceRecord(
    long Key,
    string Id,
    string Name,
    string Version,
    string ExecutionId,
    OrchestrationStatus Status,
    DateTime Created,
    DateTime Updated,
    DateTime? Completed,
    DateTime? Scheduled,
    string? CustomStatus,
    string? ParentId,
    IReadOnlyDictionary<string, string> Tags);

/// <summary>What the writer needs to know of an instance.</summary>
readonly record struct InstanceHead(long Key, OrchestrationStatus Status, string ExecutionId)
{
    public bool IsTerminal => Status.IsTerminal();
}

/// <summary>A durable message that no episode has consumed.</summary>
sealed record StoredMessage(long Sequence, string? ExecutionId, HistoryEvent Event);

enum PayloadKind
{
    Input,
    Output,
    Failure,
}

static class OrchestrationStatuses
{
    public static bool IsTerminal(this OrchestrationStatus status) => status
        is OrchestrationStatus.Completed
        or OrchestrationStatus.Failed
        or OrchestrationStatus.Canceled
        or OrchestrationStatus.Terminated;
}
