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
        IObjectStore store, string key, ByteRange? range, long length, ObjectVersion version, BodyHash hash,
        CancellationToken cancellationToken)
    {
        if (length == 0)
            return;
        using var body = await store.GetAsync(key, range, version, cancellationToken);
        await new RelayedContent(body, length, hash).WriteToAsync(Stream.Null, static () => { }, cancellationToken);
    }

    /// <summary>Whether nothing follows from checksums of the destination's listings.</summary>
    public bool HidesChecksums => Destination.Capabilities.HidesChecksums(Settings.Attributes.Encryption);

    /// <summary>
    /// Decides about an object whose checksum at the destination is not that of the bytes that were sent: some stores answer with something
    /// that only looks like a checksum, others have stored something else. The bytes are read back. Wrong ones are removed; what cannot be
    /// proven or removed is marked, so that no later run takes it for a copy.
    /// </summary>
    /// <param name="key">The key at the destination.</param>
    /// <param name="stored">What the destination answered with.</param>
    /// <param name="sent">The checksum of what was sent.</param>
    /// <param name="layout">The layout of an object in parts, or null.</param>
    /// <param name="length">The object's bytes.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="StoreException">The bytes are wrong, or not proven to be right.</exception>
    public async Task ProveAsync(
        string key, WriteResult stored, Checksum sent, PartLayout? layout, long length, CancellationToken cancellationToken)
    {
        await Unproven.MarkAsync(key, cancellationToken);
        var found = $"it stored an object with checksum {stored.Checksum}, sent was {sent}";
        Log.NotProven(key, found);
        if (length > LargestReadBack)
            throw NotProven($"{found}, and it is too large to be read back; it is copied again by the next run");
        try
        {
            if (await ReadBackAsync(key, stored.Version, layout, length, cancellationToken) == sent)
            {
                await Unproven.ClearAsync(key, cancellationToken);
                return;
            }
        }
        catch (StoreException fault)
        {
            throw NotProven($"{found}, and it could not be read back; it is copied again by the next run. {fault.Message}");
        }

        throw NotProven(await RemoveAsync(key, stored.Version, found, cancellationToken));
    }

    async Task<Checksum> ReadBackAsync(
        string key, ObjectVersion version, PartLayout? layout, long length, CancellationToken cancellationToken)
    {
        using var ofParts = layout is null ? null : new Md5OfParts(layout);
        using var hash = new BodyHash(md5: layout is null, ofParts);
        await HashAsync(Destination, key, null, length, version, hash, cancellationToken);
        return ofParts?.Finish() ?? hash.Md5;
    }

    // Only that very version. What was found, and what became of the object.
    async Task<string> RemoveAsync(string key, ObjectVersion version, string found, CancellationToken cancellationToken)
    {
        try
        {
            var head = await Destination.HeadAsync(key, cancellationToken);
            if (head.Version == version)
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
