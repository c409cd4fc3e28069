using DataTransferHub.Objects.Copying;
using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Run;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>Asks for the end of an upload.</summary>
/// <param name="Upload">The upload.</param>
/// <param name="ChainState">State of the chained MD5 after all parts, or null.</param>
sealed record CompleteRequest(UploadRequest Upload, string? ChainState);

/// <summary>Verifies the parts of an upload against the source and joins them. May run again: an upload that is gone has been joined.</summary>
sealed class CompleteUpload(TransferFactory transfers, IWorkArea workArea, IRunLedger ledger)
{
    [Function(nameof(CompleteUpload))]
    public Task<StepResult> RunAsync([ActivityTrigger] CompleteRequest request, CancellationToken cancellationToken) => StepResult.OfAsync(async () =>
    {
        var (run, unitId, attempt) = request.Upload;
        var records = new UploadRecords(workArea, run.RunId, unitId, attempt);
        var plan = await records.ReadPlanAsync(cancellationToken)
            ?? throw new InvalidOperationException($"The upload plan of {unitId} of run {run.RunId} is no longer in the work area.");
        var parts = await ReadPartsAsync(records, plan, cancellationToken);
        var composite = parts.TrueForAll(part => ETags.IsMd5(part.ETag)) ? CompositeETag.Of(parts.Select(part => part.ETag)) : null;
        if (FindFault(plan, composite, request.ChainState) is { } fault) return StepResult.StartAgain(fault);

        var transfer = await transfers.OpenAsync(run, cancellationToken);
        var etag = await CompleteAsync(transfer, plan, parts, cancellationToken);
        if (!plan.IsHeld && ETags.Parts(etag) > 0 && composite is not null && !ETags.Same(etag, composite))
            return StepResult.StartAgain($"The destination joined the parts into an object with ETag {etag}, sent was {composite}.");

        var outcome = new UnitOutcome(1, plan.Size, 0, []);
        await ledger.RecordUnitAsync(run.RunId, unitId, outcome, cancellationToken);
        return StepResult.Finished(UnitResult.Of(outcome));
    });

    static string? FindFault(UploadPlan plan, string? composite, string? chainState) => plan.Check switch
    {
        SourceCheck.ChainedMd5 when ChainedMd5.From(chainState) is var chain
            && (chain.Length != plan.Size || !ETags.Same(ETags.Of(chain.Digest()), plan.ETag)) =>
            $"The bytes that arrived from the source have MD5 {ETags.Of(chain.Digest())}, not {plan.ETag}.",
        SourceCheck.SameComposite when composite is null || !ETags.Same(composite, plan.ETag) =>
            $"The parts that arrived from the source have ETag {composite}, not {plan.ETag}.",
        _ => null,
    };

    static async Task<List<UploadedPart>> ReadPartsAsync(UploadRecords records, UploadPlan plan, CancellationToken cancellationToken)
    {
        var parts = new List<UploadedPart>(plan.Parts);
        for (var group = 0; group < plan.Groups; group++)
        {
            var known = await records.ReadGroupAsync(group, cancellationToken)
                ?? throw new InvalidOperationException($"The record of part group {group} of {plan.Key} is no longer in the work area.");
            foreach (var etag in known.ETags) parts.Add(new UploadedPart(parts.Count + 1, etag, plan.LengthOf(parts.Count + 1)));
        }

        return parts;
    }

    static Task<string> CompleteAsync(Transfer transfer, UploadPlan plan, List<UploadedPart> parts, CancellationToken cancellationToken) =>
        transfer.Retry.RunAsync(
            async token =>
            {
                try
                {
                    return (await transfer.Destination.CompleteUploadAsync(plan.DestinationKey, plan.UploadId, parts, token)).ETag;
                }
                catch (StoreException fault) when (fault.Fault == StoreFault.NoSuchUpload)
                {
                    var head = await HeadAsync(transfer, plan.DestinationKey, token);
                    if (head is null || head.Size != plan.Size || !plan.IsHeld && ETags.Parts(head.ETag) != parts.Count) throw;
                    return head.ETag;
                }
            },
            cancellationToken);

    static async Task<ObjectHead?> HeadAsync(Transfer transfer, string key, CancellationToken cancellationToken)
    {
        try
        {
            return await transfer.Destination.HeadAsync(key, null, cancellationToken);
        }
        catch (StoreException fault) when (fault.Fault == StoreFault.NotFound)
        {
            return null;
        }
    }
}
