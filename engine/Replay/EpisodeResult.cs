using P = Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Replay;

/// <summary>The result of one episode of an orchestration.</summary>
/// <param name="Actions">All scheduled actions, in id order; the completion, if any, is last.</param>
/// <param name="Completion">The completion in <paramref name="Actions"/>, or null while the orchestration continues.</param>
/// <param name="CustomStatus">The current custom status, as JSON; null if there is none.</param>
/// <param name="CustomStatusChanged">Whether this episode (or the replay before it) set the custom status.</param>
/// <param name="IsSuspended">Whether the orchestration is suspended after the episode.</param>
/// <param name="CancelledTimers">Ids of timers that the code has cancelled; history does not record this.</param>
sealed record EpisodeResult(
    IReadOnlyList<P.OrchestratorAction> Actions,
    P.CompleteOrchestrationAction? Completion,
    string? CustomStatus,
    bool CustomStatusChanged,
    bool IsSuspended,
    IReadOnlyList<int> CancelledTimers);
