using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>Requests the completion of an upload.</summary>
/// <param name="Upload">The upload.</param>
/// <param name="ChainState">State of the chained MD5 after all parts, or null.</param>
sealed record CompleteRequest(UploadRequest Upload, string? ChainState);

/// <summary>
/// Verifies the parts of an upload against the source and joins them. May run again: an upload that no longer exists has been joined.
/// </summary>
sealed class CompleteUpload(TransferFactory transfers, IWorkArea workArea, IRunLedger ledger)
{
    [Function(nameof(CompleteUpload))]
    public Task<StepResult> RunAsync([ActivityTrigger] CompleteRequest request, CancellationToken stopping) =>
        StepResult.OfAsync(transfers, request.Upload.Run, async cancellationToken =>
    {
        var (run, unitId, attempt, planName) = request.Upload;
        var records = new UploadRecords(workArea, request.Upload);
        var plan = await records.ReadPlanAsync(planName, cancellationToken);
        var parts = await ReadPartsAsync(records, planName, plan, cancellationToken);
        var sent = parts.TrueForAll(part => part.Checksum is not null) ? Md5OfParts.Of(parts.Select(part => part.Checksum!)) : null;
        var transfer = await transfers.OpenAsync(run, cancellationToken);
        var sourceTrust = transfer.SourceTrust.Joined;
        if (FindFault(plan, parts, sent, request.ChainState) is { } fault)
        {
            // The boundaries were not only assumed.
            if (plan.Check == SourceCheck.SameParts && attempt > 0)
                sourceTrust.Doubt();
            return StepResult.StartAgain(fault);
        }

        var hasSameParts = sent is not null && sent == plan.SourceChecksum;
        if (hasSameParts)
            sourceTrust.Confirm();

        // The parts are of one version; without a checksum of the source, the next run would not see a change after the last part.
        if (plan.SourceChecksum is null && plan.Version.IsKnown)
        {
            var source = await transfer.Retry.RunAsync(
                token => transfer.Source.HeadAsync(plan.Key, token), cancellationToken, plan.Key);
            if (source.Checksum is null && source.Version != plan.Version)
                return StepResult.StartAgain("The source has changed since its parts were copied.");
        }

        // The checksum of the joined object; null if the store has none, or has none for the parts.
        var tellsParts = transfer.Destination.Capabilities.JoinedChecksum is ChecksumKind.Md5OfParts && !transfer.Trust.Joined.IsOther;
        var expected = tellsParts && parts.TrueForAll(part => part.IsConfirmed) ? sent : null;
        var joined = await CompleteAsync(transfer, records, planName, plan, parts, expected, cancellationToken);
        // Some stores do not return the checksum of the joined object.
        if (!joined.Version.IsKnown && await FindAsync(transfer, plan.DestinationKey, cancellationToken) is { } head)
            joined = new WriteResult(head.Version, head.Checksum);
        if (parts.Exists(part => part.HasOtherMd5))
            await ProvePartsAsync(transfer, plan, parts, joined, sent, cancellationToken);
        else if (joined.Checksum is { Kind: ChecksumKind.Md5OfParts } stored && expected is not null && stored != expected)
        {
            await transfer.ProveAsync(plan.DestinationKey, joined, expected, plan.Layout, plan.Size, cancellationToken);
            transfer.Trust.Joined.Refute();
        }

        // The CRC of what is stored, also of objects whose ETag means nothing.
        if (plan.CrcKind is { } kind && joined.Additional?.Kind == kind && joined.Additional != plan.SourceChecksum)
        {
            await transfer.ProveAsync(
                plan.DestinationKey, joined with { Checksum = joined.Additional }, sent!, plan.Layout, plan.Size, cancellationToken);
        }

        await transfer.Unproven.ClearAsync(plan.DestinationKey, cancellationToken);

        if (transfer.VersionToRecord(plan.DestinationKey, plan.Version, plan.SourceChecksum, joined) is { } version)
            await transfer.Versions.WriteAsync([version], cancellationToken);
        var outcome = new UnitOutcome(1, plan.Size, 0, []);
        await ledger.RecordUnitAsync(run.RunId, unitId, outcome, cancellationToken);
        return StepResult.Finished(UnitResult.Of(outcome), hasSameParts ? Verification.Md5OfParts : plan.VerifiedBy);
    }, stopping);

    static string? FindFault(UploadPlan plan, List<CopiedPart> parts, Checksum? sent, string? chainState) => plan.Check switch
    {
        SourceCheck.ChainedMd5 when ChainedMd5.From(chainState) is var chain && Checksum.OfMd5(chain.Digest()) is var arrived
            && (chain.Length != plan.Size || arrived != plan.SourceChecksum) =>
            $"The bytes received from the source have the MD5 {arrived}, not {plan.SourceChecksum}.",
        SourceCheck.SameParts when sent is null || sent != plan.SourceChecksum =>
            $"The parts received from the source have the checksum {sent}, not {plan.SourceChecksum}.",
        SourceCheck.Crc when CombineCrcs(plan, parts) is var combined && combined != plan.SourceChecksum =>
            $"The parts received from the source have the checksum {combined}, not {plan.SourceChecksum}.",
        _ => null,
    };

    static Checksum CombineCrcs(UploadPlan plan, List<CopiedPart> parts) => parts
        .Select((part, index) => (Crc: new Checksum(plan.CrcKind!.Value, part.Crc!), Length: plan.Layout.LengthOf(index + 1)))
        .Aggregate((whole, part) => (Crc.Combine(whole.Crc, part.Crc, part.Length), whole.Length + part.Length)).Crc;

    // The destination's values for the parts are no MD5s, or the parts are wrong.
    static async Task ProvePartsAsync(
        Transfer transfer, UploadPlan plan, List<CopiedPart> parts, WriteResult joined, Checksum? sent, CancellationToken cancellationToken)
    {
        try
        {
            if (sent is not null && plan.Size <= Transfer.LargestReadBack)
                await transfer.ProveAsync(plan.DestinationKey, joined, sent, plan.Layout, plan.Size, cancellationToken);
            else
            {
                var doubtful = parts.FindIndex(part => part.HasOtherMd5);
                await transfer.ProvePartAsync(
                    plan.DestinationKey, joined, plan.Layout[doubtful + 1], parts[doubtful].Checksum!, cancellationToken);
            }

            transfer.Trust.Parts.Refute();
        }
        catch (StoreException)
        {
            transfer.Trust.Parts.Restore();
            throw;
        }
    }

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

    static Task<WriteResult> CompleteAsync(
        Transfer transfer, UploadRecords records, string? planName, UploadPlan plan, List<CopiedPart> parts, Checksum? expected,
        CancellationToken cancellationToken)
    {
        var uploaded = parts.Select((part, index) => new UploadedPart(index + 1, part.Receipt, plan.Layout.LengthOf(index + 1))).ToList();
        return transfer.Retry.RunAsync(
            async token =>
            {
                var wasAsked = await records.WasJoinAskedAsync(planName, token);
                try
                {
                    if (!wasAsked)
                        await records.WriteJoinAskedAsync(planName, token);
                    return await transfer.Destination.CompleteUploadAsync(plan.DestinationKey, plan.Session, uploaded, token);
                }
                catch (StoreException fault) when (fault.Fault == StoreFault.NoSuchUpload)
                {
                    if (await new LostJoin(transfer, plan, parts).FindAsync(expected, wasAsked, token) is not { } joined)
                        throw;
                    return joined;
                }
            },
            cancellationToken);
    }

    /// <summary>The destination's object under a key; null if there is none, or the credentials do not permit reading it.</summary>
    public static async Task<ObjectHead?> FindAsync(Transfer transfer, string key, CancellationToken cancellationToken)
    {
        try
        {
            return await transfer.Retry.RunAsync(token => HeadAsync(transfer, key, token), cancellationToken);
        }
        catch (StoreException fault) when (fault.Fault == StoreFault.AccessDenied)
        {
            return null;
        }
    }

    /// <summary>The destination's object under a key, in one attempt; null if there is none.</summary>
    public static async Task<ObjectHead?> HeadAsync(Transfer transfer, string key, CancellationToken cancellationToken)
    {
        try
        {
            return await transfer.Destination.HeadAsync(key, cancellationToken);
        }
        catch (StoreException fault) when (fault.Fault == StoreFault.NotFound)
        {
            return null;
        }
    }
}
