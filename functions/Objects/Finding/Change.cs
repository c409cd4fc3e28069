using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Finding;

/// <summary>Whether an object of the source must be copied over what the destination has under its key.</summary>
static class Change
{
    /// <summary>
    /// Another size is a change. Where both ETags have one form (MD5, or composite with as many parts) they decide; otherwise the
    /// source has changed when it is younger than the copy.
    /// </summary>
    /// <param name="source">The object in the source.</param>
    /// <param name="destination">What is there at the destination.</param>
    /// <param name="destinationHasMd5ETags">Whether the destination's ETags are made of MD5s; they are not where KMS encrypts.</param>
    public static bool IsNeeded(ListedObject source, ListedObject destination, bool destinationHasMd5ETags)
    {
        if (source.Size != destination.Size)
            return true;
        if (destinationHasMd5ETags && HaveOneForm(source.ETag, destination.ETag))
            return !ETags.Same(source.ETag, destination.ETag);
        return source.Modified > destination.Modified;
    }

    static bool HaveOneForm(string one, string other) =>
        ETags.IsMd5(one) && ETags.IsMd5(other) || ETags.Parts(one) is > 0 and var parts && parts == ETags.Parts(other);
}
