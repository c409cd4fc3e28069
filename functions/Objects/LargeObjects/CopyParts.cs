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
/// Copies one group of parts. If it runs again after a crash, parts that are at the destination are not sent again; they are verified
/// against the source.
/// </summary>
sealed class CopyParts(TransferFactory transfers, IWorkArea workArea, IRunLedger ledger)
{
    const int PartsAtOnce = 2;

    [Function(nameof(CopyParts))]
    public async Task<StepResult> RunAsync([ActivityTrigger] PartsRequest request, CancellationToken stopping)
    {
        var bytesDone = 0L;
        var step = await StepResult.OfAsync(
            transfers, request.Upload.Run, token => RunAsync(request, done => Interlocked.Add(ref bytesDone, done), token), stopping);
        return step with { HasProgress = step.End == StepEnd.Postponed && bytesDone > 0 };
    }

    async Task<StepResult> RunAsync(PartsRequest request, Func<long, long> add, CancellationToken cancellationToken)
    {
        var (run, unitId, _, planName) = request.Upload;
        var records = new UploadRecords(workArea, request.Upload);
        if (await records.ReadGroupAsync(planName, request.Group, cancellationToken) is { } known)
            return StepResult.Done with { ChainState = known.ChainState };
        var plan = await records.ReadPlanAsync(planName, cancellationToken);

        var transfer = await transfers.OpenAsync(run, cancellationToken);
        var first = request.Group * plan.PartsPerGroup + 1;
        var last = Math.Min(plan.Layout.Parts, first + plan.PartsPerGroup - 1);
        var there = (await ListPartsAsync(transfer, plan, first, last, cancellationToken)).ToDictionary(part => part.Number);
        var parts = new CopiedPart[last - first + 1];
        var copier = new PartCopier(
            transfer, plan, plan.Check == SourceCheck.ChainedMd5 ? ChainedMd5.From(request.ChainState) : null);
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = plan.Check == SourceCheck.ChainedMd5 ? 1 : PartsAtOnce,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(Enumerable.Range(first, parts.Length), parallel, async (number, token) =>
        {
            parts[number - first] = await copier.CopyAsync(number, there.TryGetValue(number, out var part) ? part : null, token);
            var done = add(plan.Layout.LengthOf(number));
            await ledger.RecordUnitAsync(run.RunId, $"{unitId}/{request.Group}", new UnitOutcome(0, done, 0, []), token);
        });

        var group = new PartGroup(parts, copier.ChainState);
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
