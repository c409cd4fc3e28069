using System.Collections.Concurrent;
using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Routes;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>
/// Copies single parts of one large object and verifies each. With a chained MD5, parts must come in order, one at a time.
/// </summary>
sealed class PartCopier(Transfer transfer, UploadPlan plan, ChainedMd5? chain)
{
    ChainedMd5? _chain = chain;

    // Parts whose checksum at the destination was wrong once, so that their bytes were sent again.
    readonly ConcurrentDictionary<int, bool> _wrongOnce = [];

    // Set if the destination returns no MD5 for a part.
    volatile bool _hasNoMd5s = plan.IsHeld;

    // Whether the destination must get the MD5s to check the parts itself.
    bool SendsMd5s => _hasNoMd5s || transfer.Trust.Parts.IsDoubtful || !_wrongOnce.IsEmpty;

    /// <summary>State of the chained MD5 after the parts so far, or null.</summary>
    public string? ChainState => _chain?.ExportState();

    /// <summary>Ensures that the part is at the destination.</summary>
    public async Task<CopiedPart> CopyAsync(int number, UploadedPart? there, CancellationToken cancellationToken)
    {
        if (there is { } part && part.Size == plan.Layout.LengthOf(number)
            && await VerifyAsync(part, cancellationToken) is { } right)
            return right;
        return await transfer.Retry.RunAsync(
            (_, token) => SendsMd5s && plan.Check != SourceCheck.ReadTwice && Route.CanHold(plan.Layout.LengthOf(number))
                ? transfer.Route.HoldAsync(
                    plan.Layout.LengthOf(number), held => SendHeldAsync(number, held, token), token)
                : transfer.Route.StreamAsync(
                    plan.Layout.LengthOf(number), () => SendStreamedAsync(number, token), token),
            cancellationToken,
            plan.Key);
    }

    // A part can be there without having been verified, if the crash came between its last byte and the check of its checksum. Null if it
    // is wrong.
    async Task<CopiedPart?> VerifyAsync(UploadedPart part, CancellationToken cancellationToken)
    {
        // The destination verified it with the MD5 that was sent with it, and nothing else here depends on its bytes.
        if (_hasNoMd5s && _chain is null && plan.Check is not (SourceCheck.SameParts or SourceCheck.Crc))
            return new CopiedPart(part.Receipt, null);
        return await transfer.Retry.RunAsync(
            (_, token) => transfer.Route.StreamAsync(part.Size, () => HashAsync(part, token), token), cancellationToken);
    }

    async Task<CopiedPart?> HashAsync(UploadedPart part, CancellationToken cancellationToken)
    {
        var next = NextChain();
        using var hash = new BodyHash(md5: true, chain: next, other: plan.CrcKind);
        var range = plan.Layout[part.Number].Range;
        await Transfer.HashAsync(transfer.Source, plan.Key, range, part.Size, plan.Version, hash, cancellationToken);
        if (!_hasNoMd5s && hash.Md5 != part.Checksum)
            return null;
        _chain = next;
        return new CopiedPart(part.Receipt, hash.Md5.Value, hash.Md5 == part.Checksum, Crc: hash.Other?.Value);
    }

    async Task<CopiedPart> SendStreamedAsync(int number, CancellationToken cancellationToken)
    {
        var part = plan.Layout[number];
        Checksum? known = null;
        if (SendsMd5s || plan.Check == SourceCheck.ReadTwice)
        {
            using var reading = new BodyHash(md5: true);
            await Transfer.HashAsync(transfer.Source, plan.Key, part.Range, part.Length, plan.Version, reading, cancellationToken);
            known = reading.Md5;
        }

        var next = NextChain();
        using var body = await transfer.Source.GetAsync(plan.Key, part.Range, plan.Version, cancellationToken);
        using var hash = new BodyHash(md5: known is null, chain: next, other: plan.CrcKind);
        var stored = await transfer.Destination.UploadPartAsync(
            plan.DestinationKey, plan.Session, part, new RelayedContent(body, part.Length, hash), known, cancellationToken);
        if (stored.Checksum is null && known is null)
        {
            _hasNoMd5s = true;
            throw new StoreException(
                StoreSide.Destination, StoreFault.Realigned, "it returned no MD5 for the part, so the part is sent again with its MD5");
        }

        var copied = Check(stored, known ?? hash.Md5, wasSentMd5: known is not null) with { Crc = hash.Other?.Value };
        _chain = next;
        return copied;
    }

    async Task<CopiedPart> SendHeldAsync(int number, HeldBytes held, CancellationToken cancellationToken)
    {
        var part = plan.Layout[number];
        using (var body = await transfer.Source.GetAsync(plan.Key, part.Range, plan.Version, cancellationToken))
            await held.FillAsync(body, cancellationToken);
        var next = NextChain();
        using var hash = new BodyHash(md5: true, chain: next, other: plan.CrcKind);
        held.AppendTo(hash);
        var stored = await transfer.Destination.UploadPartAsync(
            plan.DestinationKey, plan.Session, part, held, hash.Md5, cancellationToken);
        var copied = Check(stored, hash.Md5, wasSentMd5: true) with { Crc = hash.Other?.Value };
        _chain = next;
        return copied;
    }

    // A different checksum means damaged bytes, or a store whose values only look like MD5s. If the second attempt, in which the store got
    // the MD5 to check, ends in the same way, the object is read back after its parts are joined.
    CopiedPart Check(UploadedPart stored, Checksum sent, bool wasSentMd5)
    {
        var trust = transfer.Trust.Parts;
        if (stored.Checksum is null || plan.IsHeld)
            return new CopiedPart(stored.Receipt, sent.Value, HasStoredMd5: false);
        if (stored.Checksum == sent)
        {
            trust.Confirm();
            return new CopiedPart(stored.Receipt, sent.Value, HasStoredMd5: true);
        }

        var isRepeated = !_wrongOnce.TryAdd(stored.Number, true);
        if (wasSentMd5 && (isRepeated || trust.IsDoubtful) && !trust.IsRight)
        {
            trust.Doubt();
            return new CopiedPart(stored.Receipt, sent.Value, HasStoredMd5: false, HasOtherMd5: !trust.IsOther);
        }

        throw new StoreException(
            StoreSide.Destination, StoreFault.Corrupt, $"it stored part {stored.Number} with checksum {stored.Checksum}, not {sent}");
    }

    ChainedMd5? NextChain() => _chain is null ? null : ChainedMd5.From(_chain.ExportState());
}
