using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;

namespace DataTransferHub.Objects.Copying;

/// <summary>
/// What an attempt at a unit that was interrupted had brought to the destination already, so that the next attempt goes on from
/// there: without it, a hub that is killed every few seconds would send the same objects for ever.
/// </summary>
/// <param name="transfer">The two ends.</param>
sealed class ArrivedObjects(Transfer transfer)
{
    // A destination may hold many keys of others between those of a unit; looking at all of them would cost more than sending again.
    const int MaximumStrangers = 5 * Listing.PageSize;

    /// <summary>
    /// Keys, as they are in the source, of the items whose very bytes are at the destination. Empty where that cannot be known: when
    /// everything is to be copied whatever is there, or when listings have no checksums of whole contents. The first key in order is
    /// never among them, because a listing begins after a key.
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
