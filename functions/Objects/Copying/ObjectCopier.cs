using System.Security.Cryptography;
using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.Copying;

/// <summary>What became of one object.</summary>
abstract record CopyOutcome
{
    CopyOutcome()
    {
    }

    /// <summary>It is at the destination, verified.</summary>
    public sealed record Copied(long Bytes) : CopyOutcome;

    /// <summary>It had gone from the source, or cannot be read before it is restored from an archive.</summary>
    public sealed record Skipped : CopyOutcome;

    /// <summary>It was given up.</summary>
    public sealed record Failed(FailedItem Item) : CopyOutcome;
}

/// <summary>
/// Copies objects by one GET and one PUT each. Every copy is verified from the source's ETag to the destination's, so that no byte
/// that changed on the way is accepted; what is not verified is not copied.
/// </summary>
/// <param name="transfer">The two ends.</param>
sealed class ObjectCopier(Transfer transfer)
{
    /// <summary>Up to so many bytes an object is read into memory before it is written.</summary>
    public const int HeldSize = 256 * 1024;

    // How often a new version is taken up that appeared while the object was being copied.
    const int MaximumChanges = 2;

    // Set when the destination answers with ETags that are not MD5s, as buckets encrypted with KMS by default do.
    volatile bool _destinationHasOpaqueETags = transfer.Settings.Encryption == Settings.ServerSideEncryption.AWS_KMS;

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
                    var head = await transfer.Retry.RunAsync(token => transfer.Source.HeadAsync(item.Key, null, token), cancellationToken);
                    version = item with { Size = head.Size, ETag = head.ETag };
                }

                await transfer.Retry.RunAsync(
                    token =>
                    {
                        attempts++;
                        return CopyOnceAsync(version, token);
                    },
                    cancellationToken);
                return new CopyOutcome.Copied(version.Size);
            }
            catch (StoreException fault) when (fault is { Side: StoreSide.Source, Fault: StoreFault.PreconditionFailed } && changes < MaximumChanges)
            {
                changes++;
            }
            catch (StoreException fault) when (fault is { Side: StoreSide.Source, Fault: StoreFault.NotFound or StoreFault.Archived })
            {
                return new CopyOutcome.Skipped();
            }
            catch (StoreException fault) when (!fault.ConcernsWholeBucket)
            {
                return new CopyOutcome.Failed(version.Fail(attempts, fault.Message));
            }
        }
    }

    async Task CopyOnceAsync(CopyItem item, CancellationToken cancellationToken)
    {
        using var body = await transfer.Source.GetAsync(item.Key, null, item.ETag, cancellationToken);
        if (body.Head.Size != item.Size)
            throw new StoreException(StoreSide.Source, StoreFault.PreconditionFailed, $"it sent {body.Head.Size} bytes, listed were {item.Size}");
        var md5 = body.Head.HasMd5ETag ? Convert.FromHexString(body.Head.ETag) : null;
        if (item.Size <= HeldSize) await Transfer.WithBufferAsync((int)item.Size, buffer => CopyHeldAsync(item, body, buffer, md5, cancellationToken));
        else await CopyStreamedAsync(item, body, md5, cancellationToken);
    }

    async Task<bool> CopyHeldAsync(CopyItem item, ObjectBody body, Memory<byte> buffer, byte[]? md5, CancellationToken cancellationToken)
    {
        await Transfer.ReadAsync(body, buffer, cancellationToken);
        if (md5 is null)
        {
            md5 = MD5.HashData(buffer.Span);
            using var composite = await CompositeOfAsync(item, body.Head, cancellationToken);
            composite?.Append(buffer.Span);
            await CheckSourceAsync(item, body.Head, composite, md5, cancellationToken);
        }

        var written = await transfer.Destination.PutAsync(
            transfer.Settings.DestinationKey(item.Key), new MemoryContent(buffer), md5, transfer.Settings.AttributesFor(body.Head), cancellationToken);
        CheckDestination(written, md5);
        return true;
    }

    async Task CopyStreamedAsync(CopyItem item, ObjectBody body, byte[]? md5, CancellationToken cancellationToken)
    {
        var key = transfer.Settings.DestinationKey(item.Key);
        var attributes = transfer.Settings.AttributesFor(body.Head);
        using var composite = md5 is null ? await CompositeOfAsync(item, body.Head, cancellationToken) : null;
        if (md5 is null && (_destinationHasOpaqueETags || composite is null && !transfer.Source.Capabilities.IsEncryptedInTransit))
        {
            // Neither end tells the MD5, so the source is read once to know it and once more to copy it.
            using var first = new BodyHash(md5: true, composite);
            await transfer.HashAsync(item.Key, null, item.Size, body.Head.ETag, first, cancellationToken);
            if (composite is not null) CheckComposite(composite, body.Head);
            md5 = first.Md5.ToArray();
        }

        using var hash = md5 is null ? new BodyHash(md5: true, composite) : new BodyHash();
        var written = await transfer.Destination.PutAsync(key, new RelayedContent(body, item.Size, hash), md5, attributes, cancellationToken);
        if (md5 is null)
        {
            if (composite is not null) CheckComposite(composite, body.Head);
            if (!written.HasMd5ETag)
            {
                _destinationHasOpaqueETags = true;
                throw new StoreException(StoreSide.Destination, StoreFault.Realigned, "its ETags are no MD5s, so the object is sent again with one");
            }
        }

        CheckDestination(written, md5 ?? hash.Md5);
    }

    async Task<CompositeETag?> CompositeOfAsync(CopyItem item, ObjectHead head, CancellationToken cancellationToken) =>
        head.Encryption is null or "AES256" && await transfer.FindPartSizeAsync(item.Key, item.Size, head.ETag, cancellationToken) is { } partSize
            ? new CompositeETag(partSize) : null;

    // Where the source's ETag says nothing and the line may change bytes, two readings must agree.
    async Task CheckSourceAsync(CopyItem item, ObjectHead head, CompositeETag? composite, byte[] md5, CancellationToken cancellationToken)
    {
        if (composite is not null)
        {
            CheckComposite(composite, head);
            return;
        }

        if (transfer.Source.Capabilities.IsEncryptedInTransit) return;
        using var again = new BodyHash(md5: true);
        await transfer.HashAsync(item.Key, null, item.Size, head.ETag, again, cancellationToken);
        if (!again.Md5.Span.SequenceEqual(md5)) throw new StoreException(StoreSide.Source, StoreFault.Corrupt, "two readings of the object differ");
    }

    static void CheckComposite(CompositeETag composite, ObjectHead head)
    {
        if (composite.Finish() is var computed && !ETags.Same(computed, head.ETag))
            throw new StoreException(StoreSide.Source, StoreFault.Corrupt, $"the bytes that arrived have ETag {computed}, not {head.ETag}");
    }

    static void CheckDestination(WriteResult written, ReadOnlyMemory<byte> md5)
    {
        if (written.HasMd5ETag && !ETags.Same(written.ETag, ETags.Of(md5.Span)))
            throw new StoreException(StoreSide.Destination, StoreFault.Corrupt, $"it stored an object with ETag {written.ETag}, sent was {ETags.Of(md5.Span)}");
    }
}
