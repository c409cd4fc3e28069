using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.DryRuns;
using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.Finding;

/// <summary>Decides whether an object of the source differs from the destination's object under its key.</summary>
static class Change
{
    /// <summary>
    /// A different size is a change, and equal checksums that can be compared are none. Otherwise the recorded versions decide, if any:
    /// what has another version in the source has changed, and what is at both ends as it was when it was copied has not. Without them,
    /// different checksums are a change; and without checksums, a source that is newer than the copy.
    /// </summary>
    /// <param name="source">The object in the source.</param>
    /// <param name="destination">The object at the destination.</param>
    /// <param name="comparesChecksums">Whether the destination's checksums are meaningful.</param>
    /// <param name="recorded">Returns the versions that were copied last; null if there is no record.</param>
    /// <returns>The difference, or null if there is none.</returns>
    public static async ValueTask<CopyReason?> FindAsync(
        ListedObject source, ListedObject destination, bool comparesChecksums, Func<ValueTask<CopiedVersion?>> recorded)
    {
        if (source.Size != destination.Size)
            return CopyReason.Size;
        var isComparable = IsComparable(source.Checksum, destination.Checksum, comparesChecksums);
        if (isComparable && source.Checksum == destination.Checksum)
            return null;
        if (await recorded() is { } last && source.Version.IsKnown)
        {
            if (new ObjectVersion(last.Source) != source.Version)
                return CopyReason.Version;
            if (destination.Version.IsKnown && new ObjectVersion(last.Destination) == destination.Version)
                return null;
        }

        return isComparable ? CopyReason.Checksum : source.Modified > destination.Modified ? CopyReason.Newer : null;
    }

    static bool IsComparable(Checksum? source, Checksum? destination, bool comparesChecksums) =>
        comparesChecksums && source is not null && destination is not null && source.IsComparableWith(destination);
}
