using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>
/// Copies single parts of one large object and verifies each. With a chained MD5, parts must come in order, one at a time.
/// </summary>
sealed class PartCopier(Transfer transfer, UploadPlan plan, TransferLimiter limiter, ChainedMd5? chain)
{
    ChainedMd5? _chain = chain;

    // Set when the destination answers a part with an ETag that is no MD5.
    volatile bool _isHeld = plan.IsHeld;

    /// <summary>State of the chained MD5 after the parts so far, or null.</summary>
    public string? ChainState => _chain?.ExportState();

    /// <summary>Sees to it that the part is at the destination.</summary>
    public async Task<CopiedPart> CopyAsync(int number, UploadedPart? there, CancellationToken cancellationToken)
    {
        if (there is { } part && part.Size == plan.Layout.LengthOf(number)
            && await VerifyAsync(part, cancellationToken) is { } right)
            return right;
        return await transfer.Retry.RunAsync(
            (_, token) => _isHeld && plan.Check != SourceCheck.ReadTwice && TransferLimiter.CanHold(plan.Layout.LengthOf(number))
                ? limiter.HoldAsync(plan.Layout.LengthOf(number), held => SendHeldAsync(number, held, token), token)
                : limiter.RunAsync(() => SendStreamedAsync(number, token), token),
            cancellationToken,
            plan.Key);
    }

    // A part can be there without having been verified: the crash came between its last byte and the look at its ETag. Null when it
    // is wrong.
    async Task<CopiedPart?> VerifyAsync(UploadedPart part, CancellationToken cancellationToken)
    {
        // The destination verified it by its Content-MD5, and nothing here depends on its bytes.
        if (_isHeld && _chain is null && plan.Check != SourceCheck.SameComposite)
            return new CopiedPart(part.ETag, null);
        return await transfer.Retry.RunAsync((_, token) => limiter.RunAsync(() => HashAsync(part, token), token), cancellationToken);
    }

    async Task<CopiedPart?> HashAsync(UploadedPart part, CancellationToken cancellationToken)
    {
        var next = NextChain();
        using var hash = new BodyHash(md5: true, chain: next);
        await Transfer.HashAsync(transfer.Source, plan.Key, RangeOf(part.Number), part.Size, plan.ETag, hash, cancellationToken);
        var md5 = ETags.Of(hash.Md5.Span);
        if (!_isHeld && !ETags.Same(md5, part.ETag))
            return null;
        _chain = next;
        return new CopiedPart(part.ETag, md5);
    }

    async Task<CopiedPart> SendStreamedAsync(int number, CancellationToken cancellationToken)
    {
        var length = plan.Layout.LengthOf(number);
        byte[]? known = null;
        if (_isHeld || plan.Check == SourceCheck.ReadTwice)
        {
            using var reading = new BodyHash(md5: true);
            await Transfer.HashAsync(transfer.Source, plan.Key, RangeOf(number), length, plan.ETag, reading, cancellationToken);
            known = reading.Md5.ToArray();
        }

        var next = NextChain();
        using var body = await transfer.Source.GetAsync(plan.Key, RangeOf(number), plan.ETag, cancellationToken);
        using var hash = new BodyHash(md5: known is null, chain: next);
        var written = await transfer.Destination.UploadPartAsync(
            plan.DestinationKey, plan.UploadId, number, new RelayedContent(body, length, hash), known, cancellationToken);
        if (!written.HasMd5ETag && known is null)
        {
            _isHeld = true;
            throw new StoreException(
                StoreSide.Destination, StoreFault.Realigned, "its ETags are no MD5s, so the part is sent again with one");
        }

        var part = Check(number, written, known ?? hash.Md5);
        _chain = next;
        return part;
    }

    async Task<CopiedPart> SendHeldAsync(int number, HeldBytes held, CancellationToken cancellationToken)
    {
        using (var body = await transfer.Source.GetAsync(plan.Key, RangeOf(number), plan.ETag, cancellationToken))
            await held.FillAsync(body, cancellationToken);
        var next = NextChain();
        using var hash = new BodyHash(md5: true, chain: next);
        held.AppendTo(hash);
        var written = await transfer.Destination.UploadPartAsync(
            plan.DestinationKey, plan.UploadId, number, held, hash.Md5.ToArray(), cancellationToken);
        var part = Check(number, written, hash.Md5);
        _chain = next;
        return part;
    }

    static CopiedPart Check(int number, WriteResult written, ReadOnlyMemory<byte> sent)
    {
        var md5 = ETags.Of(sent.Span);
        return written.HasMd5ETag && !ETags.Same(written.ETag, md5)
            ? throw new StoreException(
                StoreSide.Destination, StoreFault.Corrupt, $"it stored part {number} with ETag {written.ETag}, sent was {md5}")
            : new CopiedPart(written.ETag, md5);
    }

    ChainedMd5? NextChain() => _chain is null ? null : ChainedMd5.From(_chain.ExportState());

    ByteRange RangeOf(int number) => new(plan.Layout.OffsetOf(number), plan.Layout.LengthOf(number));
}
