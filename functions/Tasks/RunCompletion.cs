using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Tasks;

/// <summary>
/// Records the end of a run, whatever the outcome: it closes the ledger first, so that the verdict is based on consistent counts, and then
/// updates the task's record. Idempotent.
/// </summary>
sealed class RunCompletion(
    ITaskStore store, IRunLedger ledger, TransferPlugins plugins, TimeProvider time, ILogger<RunCompletion> logger)
{
    /// <summary>Returns the updated record, or null if there is no such task.</summary>
    public async Task<TaskRecord?> RecordAsync(RunEnd end, CancellationToken cancellationToken)
    {
        await ledger.FinishRunAsync(end.RunId, cancellationToken);
        var run = await ledger.GetProgressAsync(end.RunId, cancellationToken);
        var failed = run is { Failed: > 0 } ? await ledger.ListFailedAsync(end.RunId, null, 1, cancellationToken) : [];
        var item = await store.GetAsync(end.TaskId, cancellationToken) is { } task
            ? plugins.ItemOf(task.Type, task.Engine)
            : ItemNoun.Item;
        var (code, message) = RunVerdict.Of(end, run, failed, item);

        var now = time.GetUtcNow();
        var change = await store.UpdateAsync(
            end.TaskId, record => TaskLifecycle.FinishRun(record, end.RunId, code, message, now), cancellationToken);
        if (change is not null)
            TaskLog.RunEnded(logger, end, run, code, message);
        return change?.After;
    }
}
