namespace DataTransferHub.Tasks.DryRuns;

/// <summary>The newest dry run of each task. Shared by every machine of the hub.</summary>
interface IDryRunStore
{
    /// <summary>The newest dry run of a task, or null.</summary>
    Task<DryRun?> FindAsync(string taskId, CancellationToken cancellationToken);

    /// <summary>
    /// Begins the dry run with the next number; returns null if <paramref name="before"/> is no longer the newest one.
    /// </summary>
    Task<DryRun?> BeginAsync(string taskId, DryRun? before, CancellationToken cancellationToken);

    /// <summary>Records what a dry run has found so far. Does nothing if it has ended or is no longer the newest one.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="number">Its number.</param>
    /// <param name="counts">All that was found so far.</param>
    /// <param name="state">Its state.</param>
    /// <param name="error">Why it has ended early, or null.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>Whether the dry run goes on.</returns>
    Task<bool> RecordAsync(
        string taskId, int number, DryRunCounts counts, DryRunState state, string? error, CancellationToken cancellationToken);
}
