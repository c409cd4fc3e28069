using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;

namespace DataTransferHub.Objects.Copying;

/// <summary>
/// Copies objects with one GET and one PUT each. The MD5 is known before anything is sent, and the destination checks it. It comes from the
/// source, or is computed of the bytes, which are then held in memory (or read twice, if they are too large). So nothing is written that
/// was not checked against the source, and the destination refuses content that changed in transit.
/// </summary>
/// <param name="transfer">The two ends.</param>
/// <param name="limiter">Limits the transfers of the process and the bytes held in memory.</param>
sealed class ObjectCopier(Transfer transfer, TransferLimiter limiter)
{
    /// <summary>Objects up to this size, in bytes, are always read into memory before they are written.</summary>
    public const int HeldSize = TransferLimiter.UnbudgetedBytes;

    // How often the copy starts again with a new version that appeared in the meantime.
    const int MaximumChanges = 2;

    /// <summary>Copies one object with bounded retries. Throws only if no object can be copied at all, or on cancellation.</summary>
    public async Task<CopyOutcome> CopyAsync(CopyItem item, CancellationToken cancellationToken)
    {
        var attempts = 0;
        var version = item;
        for (var changes = 0; ;)
        {
            try
            {
                if (changes > 0)
                {
                    var head = await transfer.Retry.RunAsync(
                        token => transfer.Source.HeadAsync(item.Key, token), cancellationToken, item.Key);
                    version = item with { Size = head.Size ?? item.Size, Version = head.Version, Checksum = head.Checksum };
                }

                await transfer.Retry.RunAsync(
                    (attempt, token) =>
                    {
                        attempts++;
                        return CopyOnceAsync(version, isFirst: attempt == 1, token);
                    },
                    cancellationToken,
                    item.Key);
                await RequireUnchangedAsync(version, cancellationToken);
                return new CopyOutcome.Copied(version.Size);
            }
            catch (StoreException fault) when (fault is { Side: StoreSide.Source, Fault: StoreFault.PreconditionFailed }
                && changes < MaximumChanges)
            {
                changes++;
            }
            catch (StoreException fault) when (fault is { Side: StoreSide.Source, Fault: StoreFault.NotFound or StoreFault.Archived })
            {
                return new CopyOutcome.Skipped();
            }
            catch (StoreException fault) when (!fault.ConcernsWholeBucket)
            {
                transfer.Log.ItemFailed(item.Key, attempts, fault.Message);
                return new CopyOutcome.Failed(version.Fail(attempts, fault.Message));
            }
        }
    }

    // Without a checksum of the source, the next run would only see that the copy is younger than a change that was made meanwhile.
    async Task RequireUnchangedAsync(CopyItem item, CancellationToken cancellationToken)
    {
        if (item.Checksum is not null || !item.Version.IsKnown)
            return;
        var head = await transfer.Retry.RunAsync(token => transfer.Source.HeadAsync(item.Key, token), cancellationToken, item.Key);
        if (head.Checksum is null && head.Version != item.Version)
            throw new StoreException(StoreSide.Source, StoreFault.PreconditionFailed, "it changed while it was copied");
    }

    // Waits for memory before requesting the body, so that no connection is idle in the meantime.
    Task<bool> CopyOnceAsync(CopyItem item, bool isFirst, CancellationToken cancellationToken) =>
        item.Size <= HeldSize || item.Checksum is not { Kind: ChecksumKind.Md5 } && TransferLimiter.CanHold(item.Size)
            ? limiter.HoldAsync(item.Size, held => CopyHeldAsync(item, held, isFirst, cancellationToken), cancellationToken)
            : limiter.RunAsync(() => CopyStreamedAsync(item, isFirst, cancellationToken), cancellationToken);

    async Task<bool> CopyHeldAsync(CopyItem item, HeldBytes held, bool isFirst, CancellationToken cancellationToken)
    {
        using var body = await GetAsync(item, cancellationToken);
        await held.FillAsync(body, cancellationToken);
        var md5 = Md5Of(body.Head);
        if (md5 is null)
        {
            using var ofParts = await OfPartsAsync(item, body.Head, isFirst, cancellationToken);
            using var hash = new BodyHash(md5: true, ofParts);
            held.AppendTo(hash);
            md5 = hash.Md5;
            await CheckSourceAsync(item, body.Head, ofParts, md5, cancellationToken);
        }

        await SendAsync(item, held, body.Head, md5, cancellationToken);
        return true;
    }

    async Task<bool> CopyStreamedAsync(CopyItem item, bool isFirst, CancellationToken cancellationToken)
    {
        using var body = await GetAsync(item, cancellationToken);
        if (Md5Of(body.Head) is { } known)
        {
            await SendAsync(item, body, known, cancellationToken);
            return true;
        }

        var md5 = await ReadMd5Async(item, body, isFirst, cancellationToken);
        using var again = await transfer.Source.GetAsync(item.Key, null, body.Head.Version, cancellationToken);
        await SendAsync(item, again, md5, cancellationToken);
        return true;
    }

    async Task<ObjectBody> GetAsync(CopyItem item, CancellationToken cancellationToken)
    {
        var body = await transfer.Source.GetAsync(item.Key, null, item.Version, cancellationToken);
        if (body.Head.Size is not { } size || size == item.Size)
            return body;
        body.Dispose();
        throw new StoreException(StoreSide.Source, StoreFault.PreconditionFailed, $"it sent {size} bytes, but {item.Size} were listed");
    }

    static Checksum? Md5Of(ObjectHead head) => head.Checksum is { Kind: ChecksumKind.Md5 } md5 ? md5 : null;

    async Task<Checksum> ReadMd5Async(CopyItem item, ObjectBody body, bool isFirst, CancellationToken cancellationToken)
    {
        using var ofParts = await OfPartsAsync(item, body.Head, isFirst, cancellationToken);
        using var hash = new BodyHash(md5: true, ofParts);
        await new RelayedContent(body, item.Size, hash).WriteToAsync(Stream.Null, static () => { }, cancellationToken);
        if (ofParts is not null)
            CheckParts(ofParts, body.Head);
        return hash.Md5;
    }

    async Task SendAsync(CopyItem item, ObjectBody body, Checksum md5, CancellationToken cancellationToken)
    {
        using var none = new BodyHash();
        await SendAsync(item, new RelayedContent(body, item.Size, none), body.Head, md5, cancellationToken);
    }

    async Task SendAsync(CopyItem item, ObjectContent content, ObjectHead head, Checksum md5, CancellationToken cancellationToken)
    {
        var key = transfer.Settings.DestinationKey(item.Key);
        var written = await transfer.Destination.PutAsync(key, content, md5, transfer.Settings.AttributesFor(head), cancellationToken);
        // A store that checks the MD5 has refused changed bytes; some stores do not check it.
        var trust = transfer.Trust.Whole;
        if (written.Checksum == md5)
            trust.Confirm();
        else if (written.Checksum is { Kind: ChecksumKind.Md5 } && !trust.IsOther)
        {
            await transfer.ProveAsync(key, written, md5, null, content.Length, cancellationToken);
            trust.Refute();
        }

        await transfer.Unproven.ClearAsync(key, cancellationToken);
    }

    async Task<Md5OfParts?> OfPartsAsync(CopyItem item, ObjectHead head, bool isFirst, CancellationToken cancellationToken) =>
        await new SourceParts(transfer.Source, retry: null)
            .FindAsync(item.Key, item.Size, head, askForEach: !isFirst, cancellationToken) is { } layout
            ? new Md5OfParts(layout) : null;

    // If the source has no checksum and bytes may change in transit, two reads must agree.
    async Task CheckSourceAsync(CopyItem item, ObjectHead head, Md5OfParts? ofParts, Checksum md5, CancellationToken cancellationToken)
    {
        if (ofParts is not null)
        {
            CheckParts(ofParts, head);
            return;
        }

        if (transfer.Source.Capabilities.IsTransitProtected)
            return;
        using var again = new BodyHash(md5: true);
        await Transfer.HashAsync(transfer.Source, item.Key, null, item.Size, head.Version, again, cancellationToken);
        if (again.Md5 != md5)
            throw new StoreException(StoreSide.Source, StoreFault.Corrupt, "two reads of the object differ");
    }

    static void CheckParts(Md5OfParts ofParts, ObjectHead head)
    {
        if (ofParts.Finish() is var computed && computed != head.Checksum)
        {
            throw new StoreException(
                StoreSide.Source, StoreFault.Corrupt, $"the received bytes have the checksum {computed}, not {head.Checksum}");
        }
    }
}
