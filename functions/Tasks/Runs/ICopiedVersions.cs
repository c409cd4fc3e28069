namespace DataTransferHub.Tasks.Runs;

/// <summary>Which version of an item was copied, and which version that made at the destination.</summary>
/// <param name="Key">The item's key at the destination.</param>
/// <param name="Source">The source's version.</param>
/// <param name="Destination">The destination's version; empty if it did not return one.</param>
sealed record CopiedVersion(string Key, string Source, string Destination);

/// <summary>
/// The versions that were copied from a source to a destination, of items whose checksums at the two ends cannot be compared. By them a
/// later run sees that an item has changed, whatever the clocks of the two ends say. Shared by every machine of the hub.
/// </summary>
interface ICopiedVersions
{
    /// <summary>Records versions; they replace those of the same items.</summary>
    Task WriteAsync(string source, string destination, IReadOnlyList<CopiedVersion> versions, CancellationToken cancellationToken);

    /// <summary>Removes records that are no longer needed.</summary>
    Task RemoveAsync(string source, string destination, IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>Records in the order of the keys' UTF-8 bytes.</summary>
    /// <param name="source">The source.</param>
    /// <param name="destination">The destination.</param>
    /// <param name="from">The first key.</param>
    /// <param name="count">The maximum number of records.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<CopiedVersion>> ListAsync(
        string source, string destination, string from, int count, CancellationToken cancellationToken);
}
