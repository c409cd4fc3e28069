namespace DataTransferHub.Tasks.Plugins;

/// <summary>What a plugin's run orchestrator is asked to do. Holds names of secrets, never their values.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="RunId">The run, unique for ever: <c>{taskId}-r{number}</c>. Key of its records in the ledger and of its folder in the work area.</param>
/// <param name="Parameters">The task's parameters as they were sent.</param>
/// <param name="RetryOfRunId">When set, only the objects that failed in that run are copied, and nothing is listed.</param>
public sealed record RunRequest(string TaskId, string RunId, IReadOnlyDictionary<string, string> Parameters, string? RetryOfRunId = null);
