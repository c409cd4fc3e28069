using DataTransferHub.Objects.Copying;
using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Routes;
using DataTransferHub.Objects.Settings;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>How the parts of a started upload are to be copied.</summary>
/// <param name="Step">Whether it was started.</param>
/// <param name="Groups">Number of part groups.</param>
/// <param name="GroupsAtOnce">How many may be copied concurrently; 1 if their order matters.</param>
/// <param name="Plan">The plan's name, or null if none was needed.</param>
sealed record UploadStart(StepResult Step, int Groups, int GroupsAtOnce, string? Plan = null);

/// <summary>
/// Reads the object's head, and sends it in one piece if that is fast. Otherwise it plans the parts and starts the upload; an intent is
/// recorded first, so that the clean-up knows what may have been started.
/// </summary>
sealed class StartUpload(
    TransferFactory transfers, IWorkArea workArea, IRunLedger ledger, IOptions<ObjectOptions> options, TimeProvider time)
{
    // One activity should end in about a minute.
    const long GroupBytes = 256L << 20;

    static readonly TimeSpan LongestPart = TimeSpan.FromSeconds(20);

    // With assumed boundaries, and with those that the source was asked for.
    const int AttemptsWithBoundaries = 2;

    [Function(nameof(StartUpload))]
    public async Task<UploadStart> RunAsync([ActivityTrigger] UploadRequest request, CancellationToken stopping)
    {
        UploadPlan? plan = null;
        string? planName = null;
        var step = await StepResult.OfAsync(transfers, request.Run, async cancellationToken =>
        {
            var records = new UploadRecords(workArea, request);
            if (await records.ListPlansAsync(cancellationToken) is [var made, ..])
            {
                plan = await records.ReadPlanAsync(planName = made, cancellationToken);
                return StepResult.Done;
            }

            var transfer = await transfers.OpenAsync(request.Run, cancellationToken);
            var item = (await CopyUnits.ReadAsync(workArea, request.Run.RunId, request.UnitId, cancellationToken))[0];
            var head = await transfer.Retry.RunAsync(
                token => transfer.Source.HeadAsync(item.Key, token), cancellationToken, item.Key);
            item = item with { Size = head.Size ?? item.Size, Version = head.Version, Checksum = head.Checksum };
            if (item.Size < transfer.Destination.Capabilities.Parts.Smallest)
                return await CopyWholeAsync(request, transfer, item, cancellationToken);
            if (IsFastInOnePiece(transfer, item, request.Attempt)
                && await CopyInOnePieceAsync(request, transfer, item, cancellationToken) is { } whole)
                return whole;

            var (check, layout) = await PlanPartsAsync(transfer, item, head, request.Attempt, cancellationToken);
            var destinationKey = transfer.Settings.DestinationKey(item.Key);
            var replaced = await CompleteUpload.FindAsync(transfer, destinationKey, cancellationToken);
            var upload = await CreateAsync(transfer, records, destinationKey, head, cancellationToken);
            plan = new UploadPlan(
                item.Key, destinationKey, head.Version, upload.Session, layout, (int)Math.Max(1, GroupBytes / layout.PartSize), check,
                transfer.HidesChecksums || !upload.HasChecksums, replaced?.Version,
                check is SourceCheck.Crc ? head.Additional : head.Checksum);
            planName = Guid.NewGuid().ToString("N");
            await records.WritePlanAsync(planName, plan, cancellationToken);
            return StepResult.Done;
        }, stopping);
        return plan is null
            ? new UploadStart(step, 0, 0)
            : new UploadStart(step, plan.Groups, plan.Check == SourceCheck.ChainedMd5 ? 1 : options.Value.ConcurrentPartGroups, planName);
    }

    // One piece is sent with the source's MD5, so that no byte is hashed; and what is lost in a crash is bounded by its time. A second
    // attempt is made because something went wrong with the first.
    bool IsFastInOnePiece(Transfer transfer, CopyItem item, int attempt) =>
        attempt == 0 && item.Checksum is { Kind: ChecksumKind.Md5 } && !transfer.SourceTrust.Whole.IsOther
        && item.Size <= transfer.Destination.Capabilities.Parts.Largest
        && transfer.Route.Rate.TimeFor(item.Size) <= options.Value.OnePieceTime;

    // Null if it takes too long, or does not arrive: then it is sent in parts.
    async Task<StepResult?> CopyInOnePieceAsync(
        UploadRequest request, Transfer transfer, CopyItem item, CancellationToken cancellationToken)
    {
        var limit = 2 * options.Value.OnePieceTime;
        using var enough = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellationToken);
        var started = transfer.Route.Rate.Now;
        try
        {
            var copy = await new ObjectCopier(transfer).CopyAsync(item, isPatient: true, either.Token);
            if (copy is not CopyOutcome.Copied copied)
                return null;
            return await FinishAsync(request, transfer, copied, cancellationToken);
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Less than that was sent.
            transfer.Route.Rate.Note(item.Size, started);
            return null;
        }
    }

    // The object was large when it was listed and has become small.
    async Task<StepResult> CopyWholeAsync(UploadRequest request, Transfer transfer, CopyItem item, CancellationToken cancellationToken)
    {
        var copy = await new ObjectCopier(transfer).CopyAsync(item, isPatient: true, cancellationToken);
        if (copy is CopyOutcome.Postponed { Fault: var fault })
            throw new OutageException(fault);
        return await FinishAsync(request, transfer, copy, cancellationToken);
    }

    async Task<StepResult> FinishAsync(
        UploadRequest request, Transfer transfer, CopyOutcome copy, CancellationToken cancellationToken)
    {
        if (copy is CopyOutcome.Copied { Version: { } version })
            await transfer.Versions.WriteAsync([version], cancellationToken);
        var outcome = UnitTally.Of(copy);
        await ledger.RecordUnitAsync(request.Run.RunId, request.UnitId, outcome, cancellationToken);
        return StepResult.Finished(UnitResult.Of(outcome), (copy as CopyOutcome.Copied)?.VerifiedBy);
    }

    async Task<(SourceCheck Check, PartLayout Layout)> PlanPartsAsync(
        Transfer transfer, CopyItem item, ObjectHead head, int attempt, CancellationToken cancellationToken)
    {
        // A multiple of 1 MiB, and not more parts than allowed.
        var limits = transfer.Destination.Capabilities.Parts;
        var needed = (item.Size + limits.Most - 1) / limits.Most;
        var layout = new PartLayout(item.Size, Math.Max(PartSizeFor(transfer), (needed + (1 << 20) - 1) >> 20 << 20));
        var isProtected = transfer.Source.Capabilities.IsTransitProtected;
        var hasCrc = head.Additional is { } additional && Crc.IsCrc(additional.Kind);
        if (head.Checksum is { Kind: ChecksumKind.Md5 })
            return (hasCrc ? SourceCheck.Crc : isProtected ? SourceCheck.Transit : SourceCheck.ChainedMd5, layout);
        var source = await new SourceParts(transfer.Source, transfer.Retry)
            .FindAsync(item.Key, item.Size, head, askForEach: attempt > 0, cancellationToken);
        // A store that returns no MD5s must get them with the parts, and parts too large to be held in memory would have to be read twice.
        var isTooLarge = transfer.HidesChecksums && (isProtected || hasCrc) && !Route.CanHold(source?.PartSize ?? 0);
        // The parts did not match although their boundaries were known. The bytes cannot change on the way, so the source's checksum only
        // looks like one.
        var isOther = isProtected && !transfer.SourceTrust.Joined.IsRight
            && (transfer.SourceTrust.Joined.IsDoubtful || attempt >= AttemptsWithBoundaries);
        return source is not null && !isTooLarge && IsAccepted(source, limits)
            ? (hasCrc ? SourceCheck.Crc : isOther ? SourceCheck.Transit : SourceCheck.SameParts, source)
            : (hasCrc ? SourceCheck.Crc : isProtected ? SourceCheck.Transit : SourceCheck.ReadTwice, layout);
    }

    // On a slow link parts are small, so that each gets through in some time: what is interrupted has to be sent again.
    long PartSizeFor(Transfer transfer)
    {
        var size = options.Value.PartSize;
        while (size / 2 >= transfer.Destination.Capabilities.Parts.Smallest && transfer.Route.Rate.TimeFor(size) > LongestPart)
            size /= 2;
        return size;
    }

    static bool IsAccepted(PartLayout layout, PartLimits limits) =>
        layout.Parts <= limits.Most && layout.PartSize <= limits.Largest
        && Enumerable.Range(1, layout.Parts - 1).All(part => layout.LengthOf(part) >= limits.Smallest);

    // An upload is used only if its id came in an answer. One whose answer was lost looks like one that another client has started: it is
    // neither used nor removed, and has no parts.
    async Task<StartedUpload> CreateAsync(
        Transfer transfer, UploadRecords records, string destinationKey, ObjectHead head, CancellationToken cancellationToken)
    {
        var known = await records.ReadIntentAsync(cancellationToken);
        var intent = new UploadIntent(destinationKey, head.Version, known?.UploadsBefore, known?.Requests ?? 0);
        return await transfer.Retry.RunAsync(
            async token =>
            {
                intent = intent with { Requests = intent.Requests + 1 };
                await records.WriteIntentAsync(intent, token);
                return await transfer.Destination.CreateUploadAsync(destinationKey, transfer.Settings.AttributesFor(head), token);
            },
            cancellationToken,
            destinationKey);
    }

    /// <summary>Aborts an upload until it no longer exists: parts that arrive during the abort can keep it.</summary>
    public static async Task AbortAsync(Transfer transfer, string key, UploadSession session, CancellationToken cancellationToken)
    {
        var isAborted = false;
        for (var tries = 0; tries < transfer.Retry.MaximumAttempts; tries++)
        {
            try
            {
                await transfer.Retry.RunAsync(
                    token => transfer.Destination.AbortUploadAsync(key, session, token), cancellationToken, key);
                isAborted = true;
                if (transfer.Destination.Capabilities.ResumesUploads)
                {
                    await transfer.Retry.RunAsync(
                        token => transfer.Destination.ListPartsAsync(key, session, 1, 1, token), cancellationToken, key);
                    continue;
                }
            }
            catch (StoreException fault) when (fault.Side == StoreSide.Destination
                && (fault.Fault is StoreFault.NoSuchUpload or StoreFault.NotFound or StoreFault.NotSupported
                    || isAborted && fault.Fault is StoreFault.AccessDenied))
            {
                // It no longer exists, or parts cannot be listed.
            }

            if (isAborted)
                transfer.Log.UploadAbandoned(key, session);
            return;
        }
    }
}
