using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>Asks for the end of an upload.</summary>
/// <param name="Upload">The upload.</param>
/// <param name="ChainState">State of the chained MD5 after all parts, or null.</param>
sealed record CompleteRequest(UploadRequest Upload, string? ChainState);

/// <summary>
/// Verifies the parts of an upload against the source and joins them. May run again: an upload that is gone has been joined.
/// </summary>
sealed class CompleteUpload(TransferFactory transfers, IWorkArea workArea, IRunLedger ledger)
{
    [Function(nameof(CompleteUpload))]
    public Task<StepResult> RunAsync([ActivityTrigger] CompleteRequest request, CancellationToken cancellationToken) =>
        StepResult.OfAsync(async () =>
    {
        var (run, unitId, _, planName) = request.Upload;
        var records = new UploadRecords(workArea, request.Upload);
        var plan = await records.ReadPlanAsync(planName, cancellationToken);
        var parts = await ReadPartsAsync(records, planName, plan, cancellationToken);
        var sent = parts.TrueForAll(part => part.Md5 is not null) ? CompositeETag.Of(parts.Select(part => part.Md5!)) : null;
        if (FindFault(plan, sent, request.ChainState) is { } fault)
            return StepResult.StartAgain(fault);

        // What the store calls the joined object; not known where its ETags are no MD5s.
        var expected = parts.TrueForAll(part => part.Md5 is not null && ETags.Same(part.ETag, part.Md5)) ? sent : null;
        var transfer = await transfers.OpenAsync(run, cancellationToken);
        var etag = await CompleteAsync(transfer, plan, parts, expected, cancellationToken);
        // Some stores do not say what they have joined.
        if (etag.Length == 0)
            etag = await FindETagAsync(transfer, plan.DestinationKey, cancellationToken) ?? "";
        if (ETags.Parts(etag) > 0 && expected is not null && !ETags.Same(etag, expected))
            await transfer.ProveAsync(plan.DestinationKey, etag, expected, plan.Layout, plan.Size, cancellationToken);
        await transfer.Unproven.ClearAsync(plan.DestinationKey, cancellationToken);

        var outcome = new UnitOutcome(1, plan.Size, 0, []);
        await ledger.RecordUnitAsync(run.RunId, unitId, outcome, cancellationToken);
        return StepResult.Finished(UnitResult.Of(outcome));
    });

    static string? FindFault(UploadPlan plan, string? sent, string? chainState) => plan.Check switch
    {
        SourceCheck.ChainedMd5 when ChainedMd5.From(chainState) is var chain
            && (chain.Length != plan.Size || !ETags.Same(ETags.Of(chain.Digest()), plan.ETag)) =>
            $"The bytes that arrived from the source have MD5 {ETags.Of(chain.Digest())}, not {plan.ETag}.",
        SourceCheck.SameComposite when sent is null || !ETags.Same(sent, plan.ETag) =>
            $"The parts that arrived from the source have ETag {sent}, not {plan.ETag}.",
        _ => null,
    };

    static async Task<List<CopiedPart>> ReadPartsAsync(
        UploadRecords records, string? planName, UploadPlan plan, CancellationToken cancellationToken)
    {
        var parts = new List<CopiedPart>(plan.Layout.Parts);
        for (var group = 0; group < plan.Groups; group++)
        {
            var known = await records.ReadGroupAsync(planName, group, cancellationToken)
                ?? throw new InvalidOperationException($"The record of part group {group} of {plan.Key} is no longer in the work area.");
            parts.AddRange(known.Parts);
        }

        return parts;
    }

    static Task<string> CompleteAsync(
        Transfer transfer, UploadPlan plan, List<CopiedPart> parts, string? expected, CancellationToken cancellationToken)
    {
        var uploaded = parts.Select((part, index) => new UploadedPart(index + 1, part.ETag, plan.Layout.LengthOf(index + 1))).ToList();
        return transfer.Retry.RunAsync(
            async token =>
            {
                try
                {
                    return (await transfer.Destination.CompleteUploadAsync(plan.DestinationKey, plan.UploadId, uploaded, token)).ETag;
                }
                catch (StoreException fault) when (fault.Fault == StoreFault.NoSuchUpload)
                {
                    // It may have been joined by a request whose answer was lost.
                    var head = await HeadAsync(transfer, plan.DestinationKey, token);
                    if (head is null || head.Size != plan.Size || !MayBeJoined(head.ETag))
                        throw;
                    return head.ETag;
                }
            },
            cancellationToken);

        // Where the ETag cannot be known, it must at least be another than that of the object that was there before, of as many parts.
        bool MayBeJoined(string etag) => expected is not null
            ? ETags.Same(etag, expected)
            : !ETags.Same(etag, plan.ReplacedETag ?? "") && ETags.Parts(etag) is var count && (count == 0 || count == parts.Count);
    }

    /// <summary>The ETag of what is at the destination under a key; null when there is nothing, or the keys may not look.</summary>
    public static async Task<string?> FindETagAsync(Transfer transfer, string key, CancellationToken cancellationToken)
    {
        try
        {
            return (await transfer.Retry.RunAsync(token => HeadAsync(transfer, key, token), cancellationToken))?.ETag;
        }
        catch (StoreException fault) when (fault.Fault == StoreFault.AccessDenied)
        {
            return null;
        }
    }

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
