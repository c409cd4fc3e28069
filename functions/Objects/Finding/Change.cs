using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Finding;

/// <summary>Whether an object of the source must be copied over what the destination has under its key.</summary>
static class Change
{
    /// <summary>
    /// Another size is a change. Where both have a checksum, and the two say whether the contents are the same, they decide; otherwise the
    /// source has changed when it is younger than the copy.
    /// </summary>
    /// <param name="source">The object in the source.</param>
    /// <param name="destination">What is there at the destination.</param>
    /// <param name="comparesChecksums">Whether the destination's checksums mean anything.</param>
    public static bool IsNeeded(ListedObject source, ListedObject destination, bool comparesChecksums)
    {
        if (source.Size != destination.Size)
            return true;
        if (comparesChecksums && source.Checksum is { } one && destination.Checksum is { } other && one.IsComparableWith(other))
            return one != other;
        return source.Modified > destination.Modified;
    }
}
