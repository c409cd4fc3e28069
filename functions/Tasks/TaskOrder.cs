using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Tasks;

/// <summary>What a task's orchestration is to do next.</summary>
enum TaskOrderKind
{
    /// <summary>Nothing is left to do.</summary>
    End,

    /// <summary>Carry out the run.</summary>
    Run,

    /// <summary>Wait for the next time of the schedule, or for a signal.</summary>
    Wait,

    /// <summary>End the run, clean up, and stop permanently.</summary>
    Stop,
}

/// <summary>One order. It follows from the record alone, so asking again gives the same order.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Run">The run it refers to, or null if there was none yet.</param>
/// <param name="RunOrchestrator">The plugin's orchestrator for it.</param>
/// <param name="CleanUpActivity">The plugin's activity that cleans up after it.</param>
/// <param name="WaitUntil">When the wait ends, UTC.</param>
/// <param name="Settle">How long to wait between ending an active run and cleaning up after it.</param>
sealed record TaskOrder(
    TaskOrderKind Kind,
    RunRequest? Run = null,
    string? RunOrchestrator = null,
    string? CleanUpActivity = null,
    DateTime? WaitUntil = null,
    TimeSpan Settle = default);

/// <summary>How a run ended.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="RunId">The run.</param>
/// <param name="Summary">Its counts, or null if it failed as a whole.</param>
/// <param name="Failure">Why it failed as a whole: the message of the innermost error.</param>
/// <param name="FailureType">The type of that error; null if the run ended because its orchestration was lost.</param>
sealed record RunEnd(string TaskId, string RunId, RunSummary? Summary, string? Failure = null, string? FailureType = null);
