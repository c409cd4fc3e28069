using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Servers.Histories;

/// <summary>One episode of a recorded history, and what the present code makes of it.</summary>
/// <param name="Name">The orchestrator, the history and the number of the episode's first event, for messages.</param>
/// <param name="Recorded">What was decided when it was recorded.</param>
/// <param name="Decided">What is decided now.</param>
/// <param name="Broken">Why the orchestrator cannot go on, or null.</param>
sealed record ReplayedEpisode(string Name, IReadOnlyList<HistoryEvent> Recorded, IReadOnlyList<HistoryEvent> Decided, string? Broken);
