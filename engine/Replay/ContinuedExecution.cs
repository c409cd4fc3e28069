namespace DataTransferHub.Engine.Replay;

/// <summary>The arguments of an orchestrator's continue-as-new.</summary>
sealed record ContinuedExecution(string? Input, bool PreserveUnprocessedEvents, string? Version);
