using DataTransferHub.Objects.LargeObjects;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Objects.Run;

/// <summary>
/// Removes a run's multipart uploads, including those that were started but not recorded, and its work files, and also those of earlier
/// runs of the task whose own clean-up failed.
/// </summary>
sealed class CleanUpObjects(TransferFactory transfers, IWorkArea workArea, IRunLedger ledger)
{
    [Function(nameof(CleanUpObjects))]
    public Task RunAsync([ActivityTrigger] RunRequest run, CancellationToken cancellationToken) => ActivityFaults.GuardAsync(async () =>
    {
        foreach (var runId in run.RecentRunIds())
            await CleanUpAsync(run, runId, cancellationToken);
        return true;
    });

    async Task CleanUpAsync(RunRequest run, string runId, CancellationToken cancellationToken)
    {
        var attempts = await UploadRecords.ListAsync(workArea, runId, cancellationToken);
        if (attempts.Count > 0)
        {
            var transfer = await transfers.OpenAsync(run, cancellationToken);
            foreach (var attempt in attempts)
            {
                await AbortAsync(transfer, attempt, cancellationToken);
                await ledger.DiscardPartsAsync(runId, attempt.UnitId, cancellationToken);
            }
        }

        await workArea.DeleteFolderAsync(CopyUnits.RunFolder(runId), cancellationToken);
    }

    static async Task AbortAsync(Transfer transfer, UploadRecords records, CancellationToken cancellationToken)
    {
        var plans = await records.ListPlansAsync(cancellationToken);
        foreach (var name in plans)
        {
            var plan = await records.ReadPlanAsync(name, cancellationToken);
            await StartUpload.AbortAsync(transfer, plan.DestinationKey, plan.Session, cancellationToken);
        }

        if (plans.Count > 0 || await records.ReadIntentAsync(cancellationToken) is not { } intent)
            return;
        foreach (var id in (await StartUpload.ListUploadsAsync(transfer, intent.DestinationKey,
            cancellationToken)).Except(intent.UploadsBefore))
            await StartUpload.AbortAsync(transfer, intent.DestinationKey, id, cancellationToken);
    }
}
