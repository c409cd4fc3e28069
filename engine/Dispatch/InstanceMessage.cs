using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>Something for an instance to see.</summary>
/// <param name="Sequence">Its row in the inbox; zero for a message that becomes durable with the episode that sees it.</param>
/// <param name="ExecutionId">The execution it is for; null for any.</param>
/// <param name="Event">What the instance sees.</param>
readonly record struct InstanceMessage(long Sequence, string? ExecutionId, HistoryEvent Event);
