using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Routes;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;

namespace DataTransferHub.Objects.Copying;

/// <summary>
/// Copies objects with one GET and one PUT each. The MD5 is known before anything is sent, and the destination checks it. It comes from the
/// source, or is computed of the bytes, which are then held in memory (or read twice, if they are too large). So nothing is written that
/// was not checked against the source, and the destination refuses content that changed in transit. If the source has a CRC or SHA-256 of
/// the whole object, that is checked too, by the destination if it can.
/// </summary>
/// <param name="transfer">The two ends.</param>
/// <param name="patience">Once it is cancelled, copies that have not begun are cancelled.</param>
sealed class ObjectCopier(Transfer transfer, CancellationToken patience = default)
{
    /// <summary>Objects up to this size, in bytes, are always read into memory before they are written.</summary>
    public const int HeldSize = 256 * 1024;

    // How often the copy starts again with a new version that appeared in the meantime.
    const int MaximumChanges = 2;

    /// <summary>Copies one object with bounded retries. Throws only if no object can be copied at all, or on cancellation.</summary>
    /// <param name="item">The object.</param>
    /// <param name="isPatient">
    /// Whether it is postponed if its store seems to have an outage; otherwise it fails if the store can still be listed.
    /// </param>
    /// <param name="cancellationToken">Cancels the copy.</param>
    public async Task<CopyOutcome> CopyAsync(CopyItem item, bool isPatient, CancellationToken cancellationToken)
    {
        if (transfer.FindKeyFault(item.Key) is { } impossible)
            return new MissingObjects(transfer).Fail(item, 0, impossible);
        var attempts = 0;
        var version = item;
        var isDoubtful = false;
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

                var sent = await transfer.Retry.RunAsync(
                    async (attempt, token) =>
                    {
                        attempts++;
                        try
                        {
                            return await CopyOnceAsync(version, isFirst: attempt == 1, isDoubtful, token);
                        }
                        catch (StoreException fault) when (fault.Fault == StoreFault.Corrupt)
                        {
                            // The source's MD5 may be none; the next attempt computes it before anything is sent.
                            isDoubtful = true;
                            throw;
                        }
                    },
                    cancellationToken,
                    item.Key);
                await RequireUnchangedAsync(version, cancellationToken);
                return new CopyOutcome.Copied(
                    version.Size, sent.Means,
                    transfer.VersionToRecord(
                        transfer.Settings.DestinationKey(item.Key), version.Version, version.Checksum, sent.Stored));
            }
            catch (StoreException fault) when (fault is { Side: StoreSide.Source, Fault: StoreFault.PreconditionFailed }
                && changes < MaximumChanges)
            {
                changes++;
            }
            catch (OutageException outage)
            {
                return isPatient || outage.Fault.Fault == StoreFault.Throttled
                    || !await transfer.IsListedAsync(outage.Fault.Side, cancellationToken)
                    ? new CopyOutcome.Postponed(outage.Fault)
                    : new MissingObjects(transfer).Fail(version, attempts, outage.Message);
            }
            catch (StoreException fault) when (!fault.ConcernsWholeBucket || fault.Fault == StoreFault.BadCredentials)
            {
                return await new MissingObjects(transfer).EndOfAsync(version, attempts, fault, cancellationToken);
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
    Task<Sent> CopyOnceAsync(CopyItem item, bool isFirst, bool isDoubtful, CancellationToken cancellationToken)
    {
        var wait = new TurnWait(cancellationToken, patience);
        var trustsMd5 = !isDoubtful && !transfer.SourceTrust.Whole.IsOther;
        var hasMd5 = trustsMd5 && item.Checksum is { Kind: ChecksumKind.Md5 };
        return item.Size <= HeldSize || !hasMd5 && Route.CanHold(item.Size)
            ? transfer.Route.HoldAsync(
                item.Size, held => CopyHeldAsync(item, held, isFirst, trustsMd5, cancellationToken), wait)
            : transfer.Route.StreamAsync(
                item.Size, () => CopyStreamedAsync(item, isFirst, trustsMd5, cancellationToken), wait);
    }

    async Task<Sent> CopyHeldAsync(
        CopyItem item, HeldBytes held, bool isFirst, bool trustsMd5, CancellationToken cancellationToken)
    {
        using var body = await GetAsync(item, cancellationToken);
        await held.FillAsync(body, cancellationToken);
        if (trustsMd5 && Md5Of(body.Head) is { } known)
            return await SendAsync(item, held, body.Head, known, Verification.Md5, cancellationToken);

        using var ofParts = await OfPartsAsync(item, body.Head, isFirst, cancellationToken);
        using var hash = new BodyHash(md5: true, ofParts, other: body.Head.Additional?.Kind);
        held.AppendTo(hash);
        var means = CheckSource(ofParts, hash, body.Head, isFirst);
        if (means is null && !transfer.Source.Capabilities.IsTransitProtected)
            await RequireSameAsync(item, body.Head, hash.Md5, cancellationToken);
        return await SendAsync(
            item, held, body.Head, hash.Md5, means ?? Verifications.Without(transfer.Source.Capabilities), cancellationToken);
    }

    async Task<Sent> CopyStreamedAsync(CopyItem item, bool isFirst, bool trustsMd5, CancellationToken cancellationToken)
    {
        using var body = await GetAsync(item, cancellationToken);
        if (trustsMd5 && Md5Of(body.Head) is { } known)
            return await SendAsync(item, body, known, Verification.Md5, cancellationToken);

        using var ofParts = await OfPartsAsync(item, body.Head, isFirst, cancellationToken);
        using var hash = new BodyHash(md5: true, ofParts, other: body.Head.Additional?.Kind);
        await new RelayedContent(body, item.Size, hash).WriteToAsync(Stream.Null, static () => { }, cancellationToken);
        var means = CheckSource(ofParts, hash, body.Head, isFirst);
        using var again = await transfer.Source.GetAsync(item.Key, null, body.Head.Version, cancellationToken);

        // The destination compares the second read with the MD5 of the first.
        return await SendAsync(
            item, again, hash.Md5, means ?? Verifications.Without(transfer.Source.Capabilities), cancellationToken);
    }

    readonly record struct Sent(Verification Means, WriteResult Stored);

    async Task<ObjectBody> GetAsync(CopyItem item, CancellationToken cancellationToken)
    {
        var body = await transfer.Source.GetAsync(item.Key, null, item.Version, cancellationToken);
        if (body.Head.Size is not { } size || size == item.Size)
            return body;
        body.Dispose();
        throw new StoreException(StoreSide.Source, StoreFault.PreconditionFailed, $"it sent {size} bytes, but {item.Size} were listed");
    }

    static Checksum? Md5Of(ObjectHead head) => head.Checksum is { Kind: ChecksumKind.Md5 } md5 ? md5 : null;

    async Task<Sent> SendAsync(
        CopyItem item, ObjectBody body, Checksum md5, Verification means, CancellationToken cancellationToken)
    {
        using var none = new BodyHash();
        return await SendAsync(item, new RelayedContent(body, item.Size, none), body.Head, md5, means, cancellationToken);
    }

    // The means of verification is the given one, or the additional checksum if the destination confirms it.
    async Task<Sent> SendAsync(
        CopyItem item, ObjectContent content, ObjectHead head, Checksum md5, Verification means, CancellationToken cancellationToken)
    {
        content.Additional = head.Additional;
        var key = transfer.Settings.DestinationKey(item.Key);
        var written = await transfer.Destination.PutAsync(key, content, md5, transfer.Settings.AttributesFor(head), cancellationToken);
        // A store that checks the MD5 has refused changed bytes; some stores do not check it.
        var trust = transfer.Trust.Whole;
        if (written.Checksum == md5)
        {
            trust.Confirm();
            if (head.Checksum == md5)
                transfer.SourceTrust.Whole.Confirm();
        }
        else if (written.Checksum is { Kind: ChecksumKind.Md5 } && !trust.IsOther)
        {
            await transfer.ProveAsync(key, written, md5, null, content.Length, cancellationToken);
            trust.Refute();
        }

        // Of another kind, if the store computes one of its own choice.
        var isConfirmed = false;
        if (head.Additional is { } additional && written.Additional?.Kind == additional.Kind)
        {
            isConfirmed = written.Additional == additional;
            if (!isConfirmed)
                await transfer.ProveAsync(key, written, md5, null, content.Length, cancellationToken);
        }

        await transfer.Unproven.ClearAsync(key, cancellationToken);
        return new Sent(isConfirmed ? Verifications.By(head.Additional!.Kind) : means, written);
    }

    // Null if the source has a better checksum, or its parts are not known.
    async Task<Md5OfParts?> OfPartsAsync(CopyItem item, ObjectHead head, bool isFirst, CancellationToken cancellationToken) =>
        head.Additional is null && await new SourceParts(transfer.Source, retry: null)
            .FindAsync(item.Key, item.Size, head, askForEach: !isFirst, cancellationToken) is { } layout
            ? new Md5OfParts(layout) : null;

    // If the source has no checksum and bytes may change in transit, two reads must agree.
    async Task RequireSameAsync(CopyItem item, ObjectHead head, Checksum md5, CancellationToken cancellationToken)
    {
        using var again = new BodyHash(md5: true);
        await Transfer.HashAsync(transfer.Source, item.Key, null, item.Size, head.Version, again, cancellationToken);
        if (again.Md5 != md5)
            throw new StoreException(StoreSide.Source, StoreFault.Corrupt, "two reads of the object differ");
    }

    // Compares the received bytes with the source's checksum. Returns the means, or null if the source has no usable checksum.
    Verification? CheckSource(Md5OfParts? ofParts, BodyHash hash, ObjectHead head, bool isFirst)
    {
        var (computed, expected) = hash.Other is { } other ? (other, head.Additional)
            : (ofParts?.Finish() ?? (head.Checksum is { Kind: ChecksumKind.Md5 } ? hash.Md5 : null), head.Checksum);
        if (computed is null)
            return null;
        var trust = computed.Kind is ChecksumKind.Md5OfParts ? transfer.SourceTrust.Joined : transfer.SourceTrust.Whole;
        if (computed == expected)
        {
            if (computed.Kind is ChecksumKind.Md5OfParts)
                trust.Confirm();
            return Verifications.By(computed.Kind);
        }

        // Bytes that cannot change on the way are right: the source's value only looks like a checksum. In the first attempt, the
        // boundaries of the parts may have been assumed wrongly.
        var mayBeOther = computed.Kind is ChecksumKind.Md5 || computed.Kind is ChecksumKind.Md5OfParts && !isFirst;
        if (mayBeOther && transfer.Source.Capabilities.IsTransitProtected && !trust.IsRight)
        {
            if (computed.Kind is ChecksumKind.Md5)
                trust.Refute();
            return Verification.TransportAndSize;
        }

        throw new StoreException(
            StoreSide.Source, StoreFault.Corrupt, $"the received bytes have the checksum {computed}, not {expected}");
    }
}
