namespace DataTransferHub.Tasks.Runs;

/// <summary>
/// Removes what the ledger holds of finished runs. Each call is one short transaction, so that reports of running work never wait for it.
/// </summary>
interface IRunRetention
{
    /// <summary>
    /// Finished runs that are to be removed: those that ended before a time, and those beyond a number of runs per task. Never among them:
    /// the newest run of a task, the run whose failures a task retries, and runs with leftovers, whose records are needed to remove them.
    /// </summary>
    /// <param name="finishedBefore">Runs that ended earlier are too old.</param>
    /// <param name="runsPerTask">The newest runs of a task that are kept.</param>
    /// <param name="count">At most this many are returned, the oldest first.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<IReadOnlyList<string>> ListExpiredAsync(
        DateTimeOffset finishedBefore, int runsPerTask, int count, CancellationToken cancellationToken);

    /// <summary>
    /// Removes a bounded number of rows of a run: batches, units, failures, and at the end its sums. Call it until it returns true.
    /// </summary>
    /// <returns>Whether nothing of the run is left.</returns>
    Task<bool> RemoveAsync(string runId, CancellationToken cancellationToken);

    /// <summary>
    /// Runs that ended before a time and still have reports of single batches and units; at most <paramref name="count"/>.
    /// </summary>
    Task<IReadOnlyList<string>> ListUncompactedAsync(DateTimeOffset finishedBefore, int count, CancellationToken cancellationToken);

    /// <summary>
    /// Removes a bounded number of the reports of a finished run's batches and units. Its sums and its failures stay, and no longer change:
    /// later reports are ignored, as a repeated one could no longer be recognized. Call it until it returns true.
    /// </summary>
    /// <returns>Whether no report is left.</returns>
    Task<bool> CompactAsync(string runId, CancellationToken cancellationToken);
}
