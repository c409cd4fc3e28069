namespace DataTransferHub.Engine.Replay;

/// <summary>What an orchestrator asked for with continue-as-new.</summary>
sealed record ContinuedExecution(string? Input, bool PreserveUnprocessedEvents, string? Version);
