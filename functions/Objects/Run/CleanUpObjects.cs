using DataTransferHub.Objects.Copying;
using DataTransferHub.Objects.LargeObjects;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Objects.Run;

/// <summary>Removes what a run left behind: its multipart uploads, those too that were started but never written down, and its work files.</summary>
sealed class CleanUpObjects(TransferFactory transfers, IWorkArea workArea)
{
    [Function(nameof(CleanUpObjects))]
    public Task RunAsync([ActivityTrigger] RunRequest run, CancellationToken cancellationToken) => ActivityFaults.GuardAsync(async () =>
    {
        var attempts = await UploadRecords.ListAsync(workArea, run.RunId, cancellationToken);
        if (attempts.Count > 0)
        {
            var transfer = await transfers.OpenAsync(run, cancellationToken);
            foreach (var attempt in attempts) await AbortAsync(transfer, attempt, cancellationToken);
        }

        await workArea.DeleteFolderAsync(CopyUnits.RunFolder(run.RunId), cancellationToken);
        return true;
    });

    static async Task AbortAsync(Transfer transfer, UploadRecords records, CancellationToken cancellationToken)
    {
        var plans = await records.ListPlansAsync(cancellationToken);
        foreach (var name in plans)
        {
            var plan = await records.ReadPlanAsync(name, cancellationToken);
            await StartUpload.AbortAsync(transfer, plan.DestinationKey, plan.UploadId, cancellationToken);
        }

        if (plans.Count > 0 || await records.ReadIntentAsync(cancellationToken) is not { } intent) return;
        foreach (var id in (await StartUpload.ListUploadsAsync(transfer, intent.DestinationKey, cancellationToken)).Except(intent.UploadsBefore))
            await StartUpload.AbortAsync(transfer, intent.DestinationKey, id, cancellationToken);
    }
}
