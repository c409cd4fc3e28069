using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;

namespace DataTransferHub.Objects.Copying;

/// <summary>
/// Finds the objects that an interrupted attempt at a unit has already copied, so that the next attempt continues from there. Otherwise a
/// hub that is killed every few seconds would send the same objects again and again.
/// </summary>
/// <param name="transfer">The two ends.</param>
sealed class ArrivedObjects(Transfer transfer)
{
    /// <summary>
    /// Source keys of the items whose content is already at the destination. Empty if that cannot be determined: if the task copies
    /// everything without comparing, or if listings have no checksums of whole contents. However many
    /// other keys the destination has between two items, an item costs at most a request for its key and a page of the listing after it.
    /// </summary>
    public async Task<IReadOnlySet<string>> FindAsync(IReadOnlyList<CopyItem> items, CancellationToken cancellationToken)
    {
        var arrived = new HashSet<string>(StringComparer.Ordinal);
        if (transfer.Settings.SkipCompare || items.Count < 2)
            return arrived;

        await using var listing = SkippingListing.Of(
            transfer.Destination, transfer.Settings.DestinationPrefix, null, transfer.Retry, cancellationToken);
        foreach (var (key, item) in items.Select(item => (Key: transfer.Settings.DestinationKey(item.Key), item))
            .OrderBy(entry => entry.Key, KeyOrder.Instance))
        {
            if (item.Checksum is { Kind: ChecksumKind.Md5 } md5 && await listing.FindAsync(key) is { } there
                && there.Size == item.Size && there.Checksum == md5)
            {
                arrived.Add(item.Key);
            }
        }

        return arrived;
    }
}
