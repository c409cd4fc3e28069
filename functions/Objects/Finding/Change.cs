using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Finding;

/// <summary>Decides whether an object of the source differs from the destination's object under its key.</summary>
static class Change
{
    /// <summary>
    /// A different size is a change. If both have checksums that can be compared, these decide; otherwise the source has changed if it is
    /// newer than the copy.
    /// </summary>
    /// <param name="source">The object in the source.</param>
    /// <param name="destination">The object at the destination.</param>
    /// <param name="comparesChecksums">Whether the destination's checksums are meaningful.</param>
    public static bool IsNeeded(ListedObject source, ListedObject destination, bool comparesChecksums)
    {
        if (source.Size != destination.Size)
            return true;
        if (comparesChecksums && source.Checksum is { } one && destination.Checksum is { } other && one.IsComparableWith(other))
            return one != other;
        return source.Modified > destination.Modified;
    }
}
