using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Routes;
using DataTransferHub.Objects.Settings;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.Units;

/// <summary>Both opened ends of a run, with its settings and retry policy.</summary>
/// <param name="Settings">The settings of the task.</param>
/// <param name="Source">Where objects come from.</param>
/// <param name="Destination">Where they go.</param>
/// <param name="Unproven">The unproven objects at the destination, which must be copied again.</param>
/// <param name="Versions">The versions that were copied between the two.</param>
/// <param name="SourceTrust">What is known about the source's checksums.</param>
/// <param name="Trust">What is known about the destination's checksums.</param>
/// <param name="Route">What it shares with all transfers between the two.</param>
/// <param name="Retry">How faults are retried.</param>
/// <param name="Log">The log of the run.</param>
sealed record Transfer(
    ObjectTransferSettings Settings, IObjectStore Source, IObjectStore Destination, UnprovenCopies Unproven,
    CopiedVersions Versions, StoreTrust SourceTrust, StoreTrust Trust, Route Route, StoreRetry Retry, TransferLog Log)
{
    /// <summary>Largest object, in bytes, that is read back whole: an activity should end in about a minute.</summary>
    public const long LargestReadBack = 1L << 30;

    const long LeastDivided = 8L << 20;

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

    /// <summary>Asks a store for one key, which shows that it answers.</summary>
    public async Task<ObjectPage> ListOneAsync(StoreSide side, CancellationToken cancellationToken)
    {
        var (store, prefix) = side == StoreSide.Source
            ? (Source, Settings.SourcePrefix)
            : (Destination, Settings.DestinationKey(Settings.SourcePrefix));
        try
        {
            return await store.ListAsync(prefix, null, null, 1, cancellationToken);
        }
        catch (StoreException fault) when (Settings.Prefixes is not null && fault.Fault == StoreFault.AccessDenied)
        {
            // It has answered. The credentials may be limited to the prefixes of the list.
            return new ObjectPage([], IsLast: true);
        }
    }

    /// <summary>Whether a store answers a request for one key now.</summary>
    public async Task<bool> IsListedAsync(StoreSide side, CancellationToken cancellationToken)
    {
        try
        {
            await ListOneAsync(side, cancellationToken);
            return true;
        }
        catch (StoreException)
        {
            return false;
        }
    }

    /// <summary>What is to be recorded of a copied object; null if its checksums tell later runs whether it has changed.</summary>
    /// <param name="key">The key at the destination.</param>
    /// <param name="version">The source's version.</param>
    /// <param name="checksum">The source's checksum, or null.</param>
    /// <param name="stored">The destination's response.</param>
    public CopiedVersion? VersionToRecord(string key, ObjectVersion version, Checksum? checksum, WriteResult stored)
    {
        var isComparable = !HidesChecksums && checksum is not null && stored.Checksum is not null
            && checksum.IsComparableWith(stored.Checksum) && checksum == stored.Checksum;
        return isComparable || !version.IsKnown ? null : new CopiedVersion(key, version.Value, stored.Version.Value ?? "");
    }

    /// <summary>Why the destination cannot have the copy of an object, and what to do about it; null if it can.</summary>
    /// <param name="key">The key in the source.</param>
    public string? FindKeyFault(string key) => Destination.Capabilities.FindKeyFault(Settings.DestinationKey(key));

    /// <summary>Whether an object is large enough to be copied in parts, if that pays.</summary>
    public bool CanDivide(long size) => size >= Math.Max(LeastDivided, 2 * Destination.Capabilities.Parts.Smallest);

    /// <summary>Whether checksums in the destination's listings are meaningless.</summary>
    public bool HidesChecksums => Destination.Capabilities.HidesChecksums(Settings.Attributes.Encryption);

    /// <summary>
    /// Verifies an object whose checksum at the destination differs from that of the sent bytes: some stores return a value that only looks
    /// like a checksum, others have stored wrong bytes. The object is read back and removed if it is wrong. If it can be neither proven nor
    /// removed, it stays marked as unproven, so that no later run treats it as a copy.
    /// </summary>
    /// <param name="key">The key at the destination.</param>
    /// <param name="stored">The destination's response.</param>
    /// <param name="sent">The checksum of the sent bytes.</param>
    /// <param name="layout">The layout of an object in parts, or null.</param>
    /// <param name="length">The object's size in bytes.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="StoreException">The bytes are wrong, or not proven to be right.</exception>
    public Task ProveAsync(
        string key, WriteResult stored, Checksum sent, PartLayout? layout, long length, CancellationToken cancellationToken) =>
        ProveAsync(key, stored, sent, length, token => ReadBackAsync(key, stored.Version, layout, length, token), cancellationToken);

    /// <summary>
    /// Like <see cref="ProveAsync(string, WriteResult, Checksum, PartLayout, long, CancellationToken)"/>, but reads back only one part of
    /// an object. That is enough if the destination checked the MD5 of every part, and only the meaning of its response is doubtful.
    /// </summary>
    /// <param name="key">The key at the destination.</param>
    /// <param name="stored">The destination's response.</param>
    /// <param name="part">The part.</param>
    /// <param name="md5">The MD5 of the part's sent bytes.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="StoreException">The bytes are wrong, or not proven to be right.</exception>
    public Task ProvePartAsync(string key, WriteResult stored, PartRange part, Checksum md5, CancellationToken cancellationToken) =>
        ProveAsync(
            key, stored, md5, part.Length,
            async token =>
            {
                using var hash = new BodyHash(md5: true);
                await HashAsync(Destination, key, part.Range, part.Length, stored.Version, hash, token);
                return hash.Md5;
            },
            cancellationToken);

    async Task ProveAsync(
        string key, WriteResult stored, Checksum sent, long length, Func<CancellationToken, Task<Checksum>> readBack,
        CancellationToken cancellationToken)
    {
        await Unproven.MarkAsync(key, cancellationToken);
        var found = $"it stored an object with checksum {stored.Checksum}, but {sent} was sent";
        Log.NotProven(key, found);
        if (length > LargestReadBack)
            throw NotProven($"{found}, and the object is too large to be read back; the next run copies it again");
        try
        {
            if (await readBack(cancellationToken) == sent)
            {
                await Unproven.ClearAsync(key, cancellationToken);
                return;
            }
        }
        catch (StoreException fault)
        {
            throw NotProven($"{found}, and the object could not be read back; the next run copies it again. {fault.Message}");
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

    // Removes only the given version. Returns the finding and the result.
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
            return $"{found}; the wrong copy could not be removed, so the next run copies the object again. {fault.Message}";
        }

        await Unproven.ClearAsync(key, cancellationToken);
        return $"{found}; the wrong copy was removed";
    }

    static StoreException NotProven(string message) => new(StoreSide.Destination, StoreFault.Corrupt, message);
}
