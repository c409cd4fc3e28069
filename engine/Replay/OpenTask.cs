using P = DataTransferHub.Engine.Protocol;

namespace DataTransferHub.Engine.Replay;

enum OpenTaskKind
{
    Activity,
    SubOrchestration,
    Timer,
}

/// <summary>How a scheduled task ended: a JSON result, or a failure.</summary>
readonly record struct TaskOutcome(int TaskId, string? Result, P.TaskFailureDetails? Failure);

/// <summary>Something scheduled whose end the orchestration has not seen.</summary>
sealed class OpenTask(int id, OpenTaskKind kind)
{
    public int Id => id;

    public OpenTaskKind Kind => kind;

    // Without RunContinuationsAsynchronously: the orchestrator must go on within the event that completes it.
    public TaskCompletionSource<TaskOutcome> Completion { get; } = new();
}
