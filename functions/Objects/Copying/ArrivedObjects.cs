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
    // The destination may have many other keys between those of a unit; listing all of them would cost more than sending again.
    const int MaximumStrangers = 5 * Listing.PageSize;

    /// <summary>
    /// Source keys of the items whose content is already at the destination. Empty if that cannot be determined: if the task copies
    /// everything without comparing, or if listings have no checksums of whole contents. The first key in order is never included, because
    /// a listing starts after a key.
    /// </summary>
    public async Task<IReadOnlySet<string>> FindAsync(IReadOnlyList<CopyItem> items, CancellationToken cancellationToken)
    {
        var arrived = new HashSet<string>(StringComparer.Ordinal);
        if (transfer.Settings.SkipCompare || items.Count < 2)
            return arrived;

        var wanted = items.ToDictionary(item => transfer.Settings.DestinationKey(item.Key), StringComparer.Ordinal);
        var first = wanted.Keys.Min(KeyOrder.Instance)!;
        var last = wanted.Keys.Max(KeyOrder.Instance)!;
        var strangers = 0;
        var listing = Listing.ReadAsync(
            transfer.Destination, transfer.Settings.DestinationPrefix, first, transfer.Retry, cancellationToken);
        await foreach (var there in listing)
        {
            if (KeyOrder.Instance.Compare(there.Key, last) > 0)
                break;
            if (!wanted.TryGetValue(there.Key, out var item))
            {
                if (++strangers > MaximumStrangers)
                    break;
                continue;
            }

            if (there.Size == item.Size && item.Checksum is { Kind: ChecksumKind.Md5 } && there.Checksum == item.Checksum)
                arrived.Add(item.Key);
        }

        return arrived;
    }
}
