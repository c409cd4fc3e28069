namespace DataTransferHub.Tasks.Runs;

/// <summary>
/// What the clean-ups of runs could not remove. It stays on the record, is shown with the task, and its removal is tried again until it is
/// gone. Shared by every machine of the hub.
/// </summary>
interface ILeftovers
{
    /// <summary>Records what a clean-up of a run has left; replaces what the run had left before. An empty list: nothing is left.</summary>
    Task RecordAsync(string taskId, string runId, IReadOnlyList<LeftItem> left, CancellationToken cancellationToken);

    /// <summary>Leftovers of a task's runs, oldest first; at most <paramref name="count"/>.</summary>
    Task<IReadOnlyList<Leftover>> ListAsync(string taskId, int count, CancellationToken cancellationToken);

    /// <summary>Runs with leftovers, of one task or, for null, of all.</summary>
    Task<IReadOnlyList<LeftoverRun>> ListRunsAsync(string? taskId, CancellationToken cancellationToken);
}

/// <summary>Something that a clean-up could not remove.</summary>
/// <param name="Item">The item to which it belongs; empty if it belongs to the run as a whole.</param>
/// <param name="Name">Its name, for example the id of an unfinished upload.</param>
/// <param name="Reason">Why it could not be removed, and what to do; never a secret.</param>
sealed record LeftItem(string Item, string Name, string Reason);

/// <summary>A recorded leftover.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Left">What is left.</param>
/// <param name="Since">When it was recorded first, UTC.</param>
/// <param name="LastAttempt">When its removal was tried last, UTC.</param>
/// <param name="Attempts">How often its removal was tried.</param>
sealed record Leftover(string RunId, LeftItem Left, DateTimeOffset Since, DateTimeOffset LastAttempt, int Attempts);

/// <summary>A run with leftovers.</summary>
sealed record LeftoverRun(string TaskId, string RunId);
