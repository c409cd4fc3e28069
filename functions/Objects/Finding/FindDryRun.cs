using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.DryRuns;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Objects.Finding;

/// <summary>Finds one batch of what a run would copy, and copies nothing.</summary>
sealed class FindDryRun(TransferFactory transfers, Search search, IWorkArea workArea)
{
    // So that the result is visible soon.
    static readonly TimeSpan FirstBatchTime = TimeSpan.FromSeconds(2);

    [Function(nameof(FindDryRun))]
    public async Task<DryRunFound> RunAsync([ActivityTrigger] DryRunBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(batch, cancellationToken);
        }
        catch (Exception fault) when (fault is StoreException or OutageException or TransferFailedException)
        {
            return DryRunFound.Failed(fault.Message);
        }
    }

    async Task<DryRunFound> FindAsync(DryRunBatch batch, CancellationToken cancellationToken)
    {
        var transfer = await transfers.OpenAsync(batch.Run, cancellationToken);
        var longest = batch.Batch == 0 ? FirstBatchTime : Search.BatchTime;
        var items = new List<DryRunItem>();
        long found = 0, bytes = 0;
        var next = await search.RunAsync(
            transfer, batch.Run.RunId, new(batch.AfterKey, batch.Token), AddAsync,
            elapsed => items.Count >= Search.MaximumChanges || elapsed >= longest, isDry: true, cancellationToken);
        await DryRunItems.WriteAsync(workArea, batch.Run.RunId, batch.Batch, items, cancellationToken);
        return new DryRunFound(new DryRunCounts(found, items.Count, bytes), next == SearchPosition.End, next.Key, next.Token);

        Task AddAsync(Finding finding)
        {
            found++;
            if (finding is { Reason: { } reason, Object: { IsArchived: false } listed })
            {
                items.Add(new DryRunItem(listed.Key, listed.Size, reason));
                bytes += listed.Size;
            }

            return Task.CompletedTask;
        }
    }
}
