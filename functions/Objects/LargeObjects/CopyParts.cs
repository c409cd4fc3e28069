using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>Requests that one group of parts be copied.</summary>
/// <param name="Upload">The upload.</param>
/// <param name="Group">The group, from 0.</param>
/// <param name="ChainState">State of the chained MD5 before it, or null.</param>
sealed record PartsRequest(UploadRequest Upload, int Group, string? ChainState);

/// <summary>
/// Copies one group of parts, as many as begin within a share of time; the next execution goes on from there, however slow the link is.
/// Parts that were confirmed are recorded. Others that are at the destination after a crash are not sent again, but verified against the
/// source.
/// </summary>
sealed class CopyParts(TransferFactory transfers, IWorkArea workArea, IRunLedger ledger, TimeProvider time)
{
    const int PartsAtOnce = 2;

    // One activity should end in about a minute.
    static readonly TimeSpan Share = TimeSpan.FromSeconds(45);

    [Function(nameof(CopyParts))]
    public async Task<StepResult> RunAsync([ActivityTrigger] PartsRequest request, CancellationToken stopping)
    {
        var partsDone = 0;
        var step = await StepResult.OfAsync(
            transfers, request.Upload.Run, token => RunAsync(request, () => Interlocked.Increment(ref partsDone), token), stopping);
        return step with { HasProgress = step.End == StepEnd.Postponed && partsDone > 0 };
    }

    async Task<StepResult> RunAsync(PartsRequest request, Action partDone, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (run, _, _, planName) = request.Upload;
        var records = new UploadRecords(workArea, request.Upload);
        if (await records.ReadGroupAsync(planName, request.Group, cancellationToken) is { } known)
            return StepResult.Done with { ChainState = known.ChainState };
        var plan = await records.ReadPlanAsync(planName, cancellationToken);
        using var progress = new GroupProgress(records, ledger, request, plan);
        await progress.LoadAsync(cancellationToken);

        var transfer = await transfers.OpenAsync(run, cancellationToken);
        var missing = progress.Missing;
        var there = (missing.Count == 0 ? [] : await ListPartsAsync(transfer, plan, missing[0], missing[^1], cancellationToken))
            .ToDictionary(part => part.Number);
        var copier = new PartCopier(
            transfer, plan, plan.Check == SourceCheck.ChainedMd5 ? ChainedMd5.From(progress.ChainState) : null);
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = plan.Check == SourceCheck.ChainedMd5 ? 1 : PartsAtOnce,
            CancellationToken = cancellationToken,
        };

        // At least one part, so that each execution gets further.
        var share = missing.TakeWhile((_, index) => index == 0 || time.GetElapsedTime(started) < Share);
        await Parallel.ForEachAsync(share, parallel, async (number, token) =>
        {
            var part = await copier.CopyAsync(number, there.TryGetValue(number, out var sent) ? sent : null, token);
            await progress.AddAsync(number, part, copier.ChainState, token);
            partDone();
        });
        if (progress.Missing.Count > 0)
            return StepResult.Unfinished;

        var group = progress.ToGroup();
        await records.WriteGroupAsync(planName, request.Group, group, cancellationToken);
        return StepResult.Done with { ChainState = group.ChainState };
    }

    static async Task<IReadOnlyList<UploadedPart>> ListPartsAsync(
        Transfer transfer, UploadPlan plan, int first, int last, CancellationToken cancellationToken)
    {
        if (!transfer.Destination.Capabilities.ResumesUploads)
            return [];
        try
        {
            return await transfer.Retry.RunAsync(
                token => transfer.Destination.ListPartsAsync(plan.DestinationKey, plan.Session, first, last, token), cancellationToken);
        }
        catch (StoreException fault) when (fault.Fault is StoreFault.NotSupported or StoreFault.AccessDenied)
        {
            return [];
        }
    }
}
