using P = Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Replay;

/// <summary>What one episode of an orchestration decided.</summary>
/// <param name="Actions">Everything scheduled, in id order; the completion, if there is one, comes last.</param>
/// <param name="Completion">The completion among <paramref name="Actions"/>, or null while the orchestration goes on.</param>
/// <param name="CustomStatus">The custom status now, as JSON; null when there is none.</param>
/// <param name="CustomStatusChanged">Whether this episode (or the replay before it) set the custom status.</param>
/// <param name="IsSuspended">Whether the orchestration is suspended after the episode.</param>
/// <param name="CancelledTimers">Ids of timers that no longer matter to the code, although history cannot say so.</param>
sealed record EpisodeResult(
    IReadOnlyList<P.OrchestratorAction> Actions,
    P.CompleteOrchestrationAction? Completion,
    string? CustomStatus,
    bool CustomStatusChanged,
    bool IsSuspended,
    IReadOnlyList<int> CancelledTimers);
