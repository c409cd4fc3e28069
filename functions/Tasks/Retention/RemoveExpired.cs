using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Tasks.Retention;

/// <summary>
/// Removes, every hour, what is kept of old runs: histories, ledgers, failure lists and work files. All of it is done in small steps,
/// so that running work never waits. A step that is interrupted is done again in the next hour.
/// </summary>
sealed partial class RemoveExpired(
    IRunRetention retention,
    IWorkArea workArea,
    IOptions<RetentionOptions> options,
    TimeProvider time,
    ILogger<RemoveExpired> logger)
{
    const int RunsAtOnce = 100;

    // What one hourly pass spends at most on histories that belong to no run of the ledger.
    static readonly TimeSpan LongestPurge = TimeSpan.FromMinutes(5);

    static readonly OrchestrationRuntimeStatus[] Ended =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    [Function(nameof(RemoveExpired))]
    public async Task RunAsync(
        [TimerTrigger("0 17 * * * *")] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var settings = options.Value;
        await CompactAsync(now - settings.KeepReportsFor, cancellationToken);
        var runs = await RemoveRunsAsync(now - settings.KeepRunsFor, settings.RunsPerTask, client, cancellationToken);

        // Those of tasks that have ended, and what a run has left that is not known as its child. An instance that was created long ago
        // and has just ended is the task's own; nothing reads it after the minute in which the task is reconciled with it.
        var others = await client.PurgeAllInstancesAsync(
            new PurgeInstancesFilter(CreatedFrom: null, CreatedTo: now - settings.KeepRunsFor, Ended) { Timeout = LongestPurge },
            cancellationToken);
        if (runs + others.PurgedInstanceCount > 0)
            LogRemoved(runs, others.PurgedInstanceCount);
    }

    async Task CompactAsync(DateTimeOffset finishedBefore, CancellationToken cancellationToken)
    {
        while (await retention.ListUncompactedAsync(finishedBefore, RunsAtOnce, cancellationToken) is { Count: > 0 } runIds)
        {
            foreach (var runId in runIds)
            {
                while (!await retention.CompactAsync(runId, cancellationToken))
                    cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    async Task<int> RemoveRunsAsync(
        DateTimeOffset finishedBefore, int runsPerTask, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var removed = 0;
        while (true)
        {
            var runIds = await retention.ListExpiredAsync(finishedBefore, runsPerTask, RunsAtOnce, cancellationToken);
            var before = removed;
            foreach (var runId in runIds)
            {
                try
                {
                    await RemoveRunAsync(runId, client, cancellationToken);
                    removed++;
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    LogFailed(e, runId);
                }
            }

            // A page of which nothing could be removed would come again and again.
            if (runIds.Count < RunsAtOnce || removed == before)
                return removed;
        }
    }

    // The ledger goes last: as long as it is there, the run is found again.
    async Task RemoveRunAsync(string runId, DurableTaskClient client, CancellationToken cancellationToken)
    {
        await client.PurgeInstanceAsync(runId, new PurgeInstanceOptions(Recursive: true), cancellationToken);
        await workArea.DeleteFolderAsync(IWorkArea.FolderOfRun(runId), cancellationToken);
        while (!await retention.RemoveAsync(runId, cancellationToken))
            cancellationToken.ThrowIfCancellationRequested();
    }

    [LoggerMessage(2021, LogLevel.Information, "Retention removed {Runs} runs, and {Instances} histories of other instances.")]
    partial void LogRemoved(int runs, int instances);

    [LoggerMessage(2022, LogLevel.Warning, "Run {RunId} has expired, but could not be removed; it is tried again in an hour.")]
    partial void LogFailed(Exception exception, string runId);
}
