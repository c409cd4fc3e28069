namespace DataTransferHub.Objects.Stores;

/// <summary>One page of a listing.</summary>
/// <param name="Objects">Its objects in key order. A page may be empty even if others follow.</param>
/// <param name="IsLast">Whether nothing follows.</param>
/// <param name="Next">The store's token for the next page, or null if the store continues from the last key.</param>
sealed record ObjectPage(IReadOnlyList<ListedObject> Objects, bool IsLast, string? Next = null);

/// <summary>An object in a listing.</summary>
/// <param name="Key">The key.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Version">Its version.</param>
/// <param name="Modified">When it was written, UTC.</param>
/// <param name="Checksum">
/// Its checksum, or null if the listing has none. Equal checksums of two stores prove equal content; what different ones mean depends on
/// <see cref="StoreCapabilities.HidesChecksums"/>.
/// </param>
/// <param name="IsArchived">Whether it must be restored from an archive before it can be read.</param>
sealed record ListedObject(
    string Key, long Size, ObjectVersion Version, DateTimeOffset Modified, Checksum? Checksum = null, bool IsArchived = false);

/// <summary>Bytes <see cref="From"/> to <see cref="From"/> + <see cref="Length"/> - 1.</summary>
readonly record struct ByteRange(long From, long Length);

/// <summary>An object's version and what is stored with it.</summary>
/// <param name="Size">Size of the object or of the requested range, in bytes; null if the store does not return it.</param>
/// <param name="Version">Its version.</param>
/// <param name="Modified">When it was written, UTC.</param>
/// <param name="Checksum">The checksum of the whole content, or null if the store has none.</param>
/// <param name="Metadata">Its metadata.</param>
/// <param name="Additional">A CRC or SHA-256 of the whole content beside the checksum, or null if the store has none.</param>
sealed record ObjectHead(
    long? Size, ObjectVersion Version, DateTimeOffset Modified, Checksum? Checksum, ObjectMetadata Metadata, Checksum? Additional = null);

/// <summary>The streamed content of an object.</summary>
/// <param name="side">Which end they come from.</param>
/// <param name="head">The version they belong to.</param>
/// <param name="content">The bytes. Throws <see cref="StoreException"/> if the transfer is interrupted.</param>
/// <param name="owner">Disposed with the body.</param>
sealed class ObjectBody(StoreSide side, ObjectHead head, Stream content, IDisposable? owner = null) : IDisposable
{
    public StoreSide Side => side;

    public ObjectHead Head => head;

    public Stream Content => content;

    /// <summary>
    /// Call this after the expected number of bytes: the body must end there. Some stores detect only then that the content changed while
    /// it was being read.
    /// </summary>
    public async Task EnsureEndAsync(CancellationToken cancellationToken)
    {
        if (head.Size is null && await content.ReadAsync(new byte[1], cancellationToken) > 0)
            throw new StoreException(side, StoreFault.PreconditionFailed, "it sent more bytes than the requested version has");
    }

    public void Dispose()
    {
        content.Dispose();
        owner?.Dispose();
    }
}

/// <summary>A store's response to a write.</summary>
/// <param name="Version">The new version; unknown if the store did not return it.</param>
/// <param name="Checksum">The checksum of the stored content, or null if the response has none.</param>
/// <param name="Additional">A CRC or SHA-256 of the stored content, or null if the response has none.</param>
readonly record struct WriteResult(ObjectVersion Version, Checksum? Checksum, Checksum? Additional = null);
