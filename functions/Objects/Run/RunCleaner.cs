using DataTransferHub.Objects.LargeObjects;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.WorkArea;

namespace DataTransferHub.Objects.Run;

/// <summary>
/// Removes a run's multipart uploads and its work files, and also those of earlier runs of the task whose own clean-up failed. What cannot
/// be removed is recorded, and tried again until it is gone.
/// </summary>
sealed class RunCleaner(TransferFactory transfers, IWorkArea workArea, IRunLedger ledger, ILeftovers leftovers)
{
    const string PerhapsForeign =
        "This run has started an upload of this object whose id it did not learn; this may be that one, but another client may have "
        + "started it, so it stays. It has no parts, so it costs nothing. Abort it if nobody needs it, or have a lifecycle rule do it.";

    /// <summary>Cleans up. May run any number of times.</summary>
    /// <exception cref="InvalidOperationException">Something could not be removed now; the message says why.</exception>
    public async Task CleanUpAsync(RunRequest run, CancellationToken cancellationToken)
    {
        var destination = new Lazy<Task<Transfer>>(() => transfers.OpenAsync(run, cancellationToken));
        var recorded = (await leftovers.ListRunsAsync(run.TaskId, cancellationToken)).Select(left => left.RunId).ToHashSet();
        LeftItem? first = null;
        string? outage = null;
        foreach (var runId in run.RecentRunIds().Union(recorded))
        {
            var left = new List<LeftItem>();
            foreach (var attempt in await UploadRecords.ListAsync(workArea, runId, cancellationToken))
            {
                var leftNow = await CleanUpAsync(destination, attempt, outage, cancellationToken);
                outage ??= leftNow.Outage;
                left.AddRange(leftNow.Left);
                if (leftNow.Left.Count == 0)
                    await workArea.DeleteFolderAsync(attempt.Folder, cancellationToken);
                await ledger.DiscardPartsAsync(runId, attempt.UnitId, cancellationToken);
            }

            if (left.Count == 0)
                await workArea.DeleteFolderAsync(CopyUnits.RunFolder(runId), cancellationToken);
            else
                await DeleteUnitsAsync(runId, cancellationToken);
            if (left.Count > 0 || recorded.Contains(runId))
                await leftovers.RecordAsync(run.TaskId, runId, left, cancellationToken);
            first ??= left.Find(item => item.Name.Length > 0 && item.Reason != PerhapsForeign);
        }

        if (first is not null)
        {
            throw new InvalidOperationException(
                $"An unfinished upload of '{first.Item}' could not be removed; this is tried again every hour. {first.Reason}");
        }
    }

    // Only the records of uploads are needed to remove them.
    async Task DeleteUnitsAsync(string runId, CancellationToken cancellationToken)
    {
        var folder = CopyUnits.RunFolder(runId) + "/";
        var files = await workArea.ListAsync(CopyUnits.RunFolder(runId), cancellationToken);
        foreach (var name in files.Select(file => file[folder.Length..].Split('/')[0]).Distinct().Where(name => name != UploadRecords.Name))
            await workArea.DeleteFolderAsync(folder + name, cancellationToken);
    }

    async Task<(IReadOnlyList<LeftItem> Left, string? Outage)> CleanUpAsync(
        Lazy<Task<Transfer>> destination, UploadRecords records, string? outage, CancellationToken cancellationToken)
    {
        var left = new List<LeftItem>();
        var intent = await records.ReadIntentAsync(cancellationToken);
        var known = new List<UploadSession>();
        foreach (var name in await records.ListPlansAsync(cancellationToken))
        {
            var plan = await records.ReadPlanAsync(name, cancellationToken);
            known.Add(plan.Session);
            try
            {
                if (outage is null)
                    await StartUpload.AbortAsync(await destination.Value, plan.DestinationKey, plan.Session, cancellationToken);
            }
            catch (Exception e) when (e is StoreException or OutageException or TransferFailedException)
            {
                left.Add(new LeftItem(plan.DestinationKey, plan.Session.Value, e.Message));
                // Trying the others would only take time.
                if (e is not StoreException)
                    outage = e.Message;
                continue;
            }

            if (outage is not null)
                left.Add(new LeftItem(plan.DestinationKey, plan.Session.Value, outage));
        }

        if (left.Count == 0 && outage is null && intent is not null && (known.Count == 0 || intent.Requests > 1))
            left.AddRange(await FindUnknownAsync(await destination.Value, intent, known, cancellationToken));
        return (left, outage);
    }

    // Uploads that this run may have started without having learned their ids. Nothing proves that they are not another client's.
    static async Task<IEnumerable<LeftItem>> FindUnknownAsync(
        Transfer transfer, UploadIntent intent, List<UploadSession> known, CancellationToken cancellationToken)
    {
        var left = new List<LeftItem>();
        try
        {
            foreach (var upload in await transfer.Retry.RunAsync(
                token => transfer.Destination.ListUploadsAsync(intent.DestinationKey, token), cancellationToken))
            {
                if (known.Contains(upload) || intent.UploadsBefore?.Contains(upload) == true)
                    continue;
                var parts = await transfer.Retry.RunAsync(
                    token => transfer.Destination.ListPartsAsync(intent.DestinationKey, upload, 1, 1, token), cancellationToken);
                if (parts.Count == 0)
                    left.Add(new LeftItem(intent.DestinationKey, upload.Value, PerhapsForeign));
            }
        }
        catch (Exception e) when (e is StoreException or OutageException)
        {
            // Without a right to list uploads nothing can be said; what may be there has no parts.
        }

        return left;
    }
}
