using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;

namespace DataTransferHub.Objects.Copying;

/// <summary>
/// Copies objects by one GET and one PUT each. The MD5 is known before anything is sent, and goes along for the destination to check: from
/// the source, or from the bytes themselves, which are then held in memory (or, where that is too much, read once more). So
/// nothing is written that was not checked against the source, and the destination refuses what changed on the way.
/// </summary>
/// <param name="transfer">The two ends.</param>
/// <param name="limiter">Bounds the transfers of the process, and the bytes that are held.</param>
sealed class ObjectCopier(Transfer transfer, TransferLimiter limiter)
{
    /// <summary>Up to so many bytes an object is always read into memory before it is written.</summary>
    public const int HeldSize = TransferLimiter.UnbudgetedBytes;

    // How often a new version is taken up that appeared while the object was being copied.
    const int MaximumChanges = 2;

    // Set when the destination holds the right bytes and calls something else their MD5.
    volatile bool _destinationHasOtherChecksums;

    /// <summary>Copies one object with bounded retries. Throws only when nothing can be copied at all, or on cancellation.</summary>
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

    // Room for a body is waited for before the body is asked for, so that no connection waits meanwhile.
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
        throw new StoreException(StoreSide.Source, StoreFault.PreconditionFailed, $"it sent {size} bytes, listed were {item.Size}");
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
        // A store that checks the MD5 has refused what changed; some do not.
        if (written.Checksum is { Kind: ChecksumKind.Md5 } stored && !_destinationHasOtherChecksums && stored != md5)
        {
            await transfer.ProveAsync(key, written, md5, null, content.Length, cancellationToken);
            _destinationHasOtherChecksums = true;
        }

        await transfer.Unproven.ClearAsync(key, cancellationToken);
    }

    async Task<Md5OfParts?> OfPartsAsync(CopyItem item, ObjectHead head, bool isFirst, CancellationToken cancellationToken) =>
        await new SourceParts(transfer.Source, retry: null)
            .FindAsync(item.Key, item.Size, head, askForEach: !isFirst, cancellationToken) is { } layout
            ? new Md5OfParts(layout) : null;

    // Where the source has no checksum and the line may change bytes, two readings must agree.
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
            throw new StoreException(StoreSide.Source, StoreFault.Corrupt, "two readings of the object differ");
    }

    static void CheckParts(Md5OfParts ofParts, ObjectHead head)
    {
        if (ofParts.Finish() is var computed && computed != head.Checksum)
        {
            throw new StoreException(
                StoreSide.Source, StoreFault.Corrupt, $"the bytes that arrived have checksum {computed}, not {head.Checksum}");
        }
    }
}
