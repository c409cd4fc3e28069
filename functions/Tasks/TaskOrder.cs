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

    /// <summary>End the run, remove what it left behind, and stop for good.</summary>
    Stop,
}

/// <summary>One order. The record decides it, so that it is the same whoever asks and however often.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Run">The run it is about, or null when there was none yet.</param>
/// <param name="RunOrchestrator">The plugin's orchestrator for it.</param>
/// <param name="CleanUpActivity">The plugin's activity that removes what it left behind.</param>
/// <param name="WaitUntil">When the wait ends, UTC.</param>
/// <param name="Settle">How long to wait between ending a run that is under way and removing what it left behind.</param>
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
/// <param name="Summary">Its counts, or null when it failed as a whole.</param>
/// <param name="Failure">Why it failed as a whole: the text of the innermost error.</param>
/// <param name="FailureType">The type of that error; null when the run ended because its orchestration was lost.</param>
sealed record RunEnd(string TaskId, string RunId, RunSummary? Summary, string? Failure = null, string? FailureType = null);
