using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>
/// Tells whether an upload that no longer exists was joined by a request whose response was lost, or was ended by another client. Only the
/// object's bytes prove it; that it has the same size does not.
/// </summary>
/// <param name="transfer">The two ends.</param>
/// <param name="plan">The upload.</param>
/// <param name="parts">Its parts.</param>
sealed class LostJoin(Transfer transfer, UploadPlan plan, IReadOnlyList<CopiedPart> parts)
{
    /// <summary>The joined object; null if the object under the key, if any, is another one.</summary>
    /// <param name="expected">The checksum that the destination gives the joined object; null if that is not known.</param>
    /// <param name="wasAsked">Whether a request to join the parts was sent before.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public async Task<WriteResult?> FindAsync(Checksum? expected, bool wasAsked, CancellationToken cancellationToken)
    {
        if (await CompleteUpload.HeadAsync(transfer, plan.DestinationKey, cancellationToken) is not { } head || head.Size != plan.Size)
            return null;
        var isJoined = expected is not null ? head.Checksum == expected
            : wasAsked && head.Version != (plan.Replaced ?? ObjectVersion.Unknown) && await HasPartsAsync(head.Version, cancellationToken);
        return isJoined ? new WriteResult(head.Version, head.Checksum) : null;
    }

    // Of an object too large to be read back in about a minute, the first, the middle and the last part.
    async Task<bool> HasPartsAsync(ObjectVersion version, CancellationToken cancellationToken)
    {
        IEnumerable<int> numbers = plan.Size <= Transfer.LargestReadBack ? Enumerable.Range(1, parts.Count)
            : [1, (parts.Count + 1) / 2, parts.Count];
        foreach (var number in numbers)
        {
            var part = plan.Layout[number];
            using var hash = new BodyHash(md5: true);
            await Transfer.HashAsync(
                transfer.Destination, plan.DestinationKey, part.Range, part.Length, version, hash, cancellationToken);
            if (hash.Md5 != parts[number - 1].Checksum)
                return false;
        }

        return true;
    }
}
