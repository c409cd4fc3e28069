namespace DataTransferHub.Objects.Stores;

/// <summary>One page of a listing.</summary>
/// <param name="Objects">Its objects in key order. A page may be empty although others follow.</param>
/// <param name="IsLast">Whether nothing follows.</param>
/// <param name="Next">The store's own token for the next page, or null where the store goes on by the last key.</param>
sealed record ObjectPage(IReadOnlyList<ListedObject> Objects, bool IsLast, string? Next = null);

/// <summary>An object as it was listed.</summary>
/// <param name="Key">The key.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Version">Its version.</param>
/// <param name="Modified">When it was written, UTC.</param>
/// <param name="Checksum">
/// Its checksum, or null where the listing has none. Equal ones of two stores prove equal content; what different ones say depends on
/// <see cref="StoreCapabilities.HidesChecksums"/>.
/// </param>
/// <param name="IsArchived">Whether it must be restored from an archive before it can be read.</param>
sealed record ListedObject(
    string Key, long Size, ObjectVersion Version, DateTimeOffset Modified, Checksum? Checksum = null, bool IsArchived = false);

/// <summary>Bytes <see cref="From"/> to <see cref="From"/> + <see cref="Length"/> - 1.</summary>
readonly record struct ByteRange(long From, long Length);

/// <summary>An object's version and what is stored with it.</summary>
/// <param name="Size">Bytes of the object, or of the range that was asked for; null where the store does not say.</param>
/// <param name="Version">Its version.</param>
/// <param name="Modified">When it was written, UTC.</param>
/// <param name="Checksum">The checksum of the whole content, or null where the store has none.</param>
/// <param name="Metadata">What its owner has stored with it.</param>
sealed record ObjectHead(long? Size, ObjectVersion Version, DateTimeOffset Modified, Checksum? Checksum, ObjectMetadata Metadata);

/// <summary>An object's bytes on their way.</summary>
/// <param name="side">Which end they come from.</param>
/// <param name="head">The version they belong to.</param>
/// <param name="content">The bytes. Throws <see cref="StoreException"/> when they stop coming.</param>
/// <param name="owner">What to release at the end.</param>
sealed class ObjectBody(StoreSide side, ObjectHead head, Stream content, IDisposable? owner = null) : IDisposable
{
    public StoreSide Side => side;

    public ObjectHead Head => head;

    public Stream Content => content;

    /// <summary>
    /// To be called after as many bytes as were expected: the body must end with them. A store may find only then that what it has sent was
    /// changed meanwhile.
    /// </summary>
    public async Task EnsureEndAsync(CancellationToken cancellationToken)
    {
        if (head.Size is null && await content.ReadAsync(new byte[1], cancellationToken) > 0)
            throw new StoreException(side, StoreFault.PreconditionFailed, "it sent more bytes than the version has that was asked for");
    }

    public void Dispose()
    {
        content.Dispose();
        owner?.Dispose();
    }
}

/// <summary>What a store answered to a write.</summary>
/// <param name="Version">The version that it has made; unknown when it did not tell.</param>
/// <param name="Checksum">The checksum of what it has stored, or null where its answer holds none.</param>
readonly record struct WriteResult(ObjectVersion Version, Checksum? Checksum);
