using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Settings;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Units;

/// <summary>Both ends of a run, opened, and the way between them.</summary>
/// <param name="Settings">What was asked for.</param>
/// <param name="Source">Where objects come from.</param>
/// <param name="Destination">Where they go.</param>
/// <param name="Unproven">What at the destination must be copied again whatever it looks like.</param>
/// <param name="Retry">How faults are retried.</param>
/// <param name="Log">What is logged of it.</param>
sealed record Transfer(
    ObjectTransferSettings Settings, IObjectStore Source, IObjectStore Destination, UnprovenCopies Unproven, StoreRetry Retry,
    TransferLog Log)
{
    // An activity is to end in a minute or so.
    const long LargestReadBack = 1L << 30;

    /// <summary>Reads bytes of an object, only to hash them.</summary>
    public static async Task HashAsync(
        IObjectStore store, string key, ByteRange? range, long length, string etag, BodyHash hash, CancellationToken cancellationToken)
    {
        if (length == 0)
            return;
        using var body = await store.GetAsync(key, range, etag, cancellationToken);
        await new RelayedContent(body, length, hash).WriteToAsync(Stream.Null, static () => { }, cancellationToken);
    }

    /// <summary>
    /// Decides about an object whose ETag at the destination is not that of the bytes that were sent: some stores have ETags of their
    /// own making, others have stored something else. The bytes are read back. Wrong ones are removed; what cannot be proven or removed
    /// is marked, so that no later run takes it for a copy.
    /// </summary>
    /// <param name="key">The key at the destination.</param>
    /// <param name="etag">The ETag the destination answered with.</param>
    /// <param name="sent">The ETag of what was sent: its MD5, or the composite by the layout.</param>
    /// <param name="layout">The layout of an object in parts, or null.</param>
    /// <param name="length">The object's bytes.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="StoreException">The bytes are wrong, or not proven to be right.</exception>
    public async Task ProveAsync(string key, string etag, string sent, PartLayout? layout, long length, CancellationToken cancellationToken)
    {
        await Unproven.MarkAsync(key, cancellationToken);
        var found = $"it stored an object with ETag {etag}, sent was {sent}";
        Log.NotProven(key, found);
        if (length > LargestReadBack)
            throw NotProven($"{found}, and it is too large to be read back; it is copied again by the next run");
        try
        {
            if (ETags.Same(await ReadBackAsync(key, etag, layout, length, cancellationToken), sent))
            {
                await Unproven.ClearAsync(key, cancellationToken);
                return;
            }
        }
        catch (StoreException fault)
        {
            throw NotProven($"{found}, and it could not be read back; it is copied again by the next run. {fault.Message}");
        }

        throw NotProven(await RemoveAsync(key, etag, found, cancellationToken));
    }

    async Task<string> ReadBackAsync(string key, string etag, PartLayout? layout, long length, CancellationToken cancellationToken)
    {
        using var composite = layout is null ? null : new CompositeETag(layout);
        using var hash = new BodyHash(md5: layout is null, composite);
        await HashAsync(Destination, key, null, length, etag, hash, cancellationToken);
        return composite?.Finish() ?? ETags.Of(hash.Md5.Span);
    }

    // Only that very version. What was found, and what became of the object.
    async Task<string> RemoveAsync(string key, string etag, string found, CancellationToken cancellationToken)
    {
        try
        {
            var head = await Destination.HeadAsync(key, null, cancellationToken);
            if (ETags.Same(head.ETag, etag))
                await Destination.DeleteAsync(key, cancellationToken);
        }
        catch (StoreException fault) when (fault.Fault != StoreFault.NotFound)
        {
            return $"{found}; the wrong copy could not be removed, so it is copied again by the next run. {fault.Message}";
        }

        await Unproven.ClearAsync(key, cancellationToken);
        return $"{found}; the wrong copy was removed";
    }

    static StoreException NotProven(string message) => new(StoreSide.Destination, StoreFault.Corrupt, message);
}
