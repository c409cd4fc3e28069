using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>A message to an instance.</summary>
/// <param name="Sequence">Its row in the inbox; zero for a message that becomes durable with the episode that consumes it.</param>
/// <param name="ExecutionId">The execution it is for; null for any.</param>
/// <param name="Event">The content.</param>
readonly record struct InstanceMessage(long Sequence, string? ExecutionId, HistoryEvent Event);
