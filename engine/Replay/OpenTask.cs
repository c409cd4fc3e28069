using P = Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Replay;

enum OpenTaskKind
{
    Activity,
    SubOrchestration,
    Timer,
}

/// <summary>How a scheduled task ended.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Result">Its result as JSON; null if it has none or failed.</param>
/// <param name="IsFailed">Whether it failed.</param>
/// <param name="Failure">The details of the failure; null for a sub-orchestration that was terminated, which has none.</param>
readonly record struct TaskOutcome(int TaskId, string? Result, bool IsFailed = false, P.TaskFailureDetails? Failure = null);

/// <summary>A scheduled task whose end the orchestration has not processed.</summary>
sealed class OpenTask(int id, OpenTaskKind kind)
{
    public int Id => id;

    public OpenTaskKind Kind => kind;

    // Without RunContinuationsAsynchronously: the orchestrator must continue within the event that completes it.
    public TaskCompletionSource<TaskOutcome> Completion { get; } = new();
}
