using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Units;

/// <summary>
/// Finds the parts from which an object was joined: with the same boundaries, its <see cref="ChecksumKind.Md5OfParts"/> can be computed.
/// </summary>
/// <param name="source">The store that holds the object.</param>
/// <param name="retry">How each request is retried, or null if the caller retries.</param>
sealed class SourceParts(IObjectStore source, StoreRetry? retry)
{
    const int RequestsAtOnce = 16;

    /// <summary>
    /// The layout of an object, or null if it was not joined from parts or the store does not provide it. If the first and the last part
    /// are consistent with parts of one size, that is assumed unless <paramref name="askForEach"/> is set.
    /// </summary>
    /// <param name="key">The object.</param>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="head">Its version and its checksum.</param>
    /// <param name="askForEach">Whether to request the size of each part, because the assumption failed in an earlier attempt.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public async Task<PartLayout?> FindAsync(string key, long size, ObjectHead head, bool askForEach, CancellationToken cancellationToken)
    {
        var parts = head.Checksum?.Parts ?? 0;
        if (parts == 0 || parts > Math.Max(1, size))
            return null;
        if (parts == 1)
            return new PartLayout(size, Math.Max(1, size));

        var sizes = new long[parts];
        sizes[0] = await SizeOfAsync(1);
        // A store that does not support part numbers returns the whole object.
        if (sizes[0] <= 0 || sizes[0] >= size)
            return null;
        sizes[^1] = await SizeOfAsync(parts);
        if (sizes[^1] <= 0)
            return null;
        if (!askForEach && sizes[^1] <= sizes[0] && sizes[0] * (parts - 1) + sizes[^1] == size)
            return new PartLayout(size, sizes[0]);

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = RequestsAtOnce, CancellationToken = cancellationToken };
        var others = Enumerable.Range(2, parts - 2);
        await Parallel.ForEachAsync(others, parallel, async (part, _) => sizes[part - 1] = await SizeOfAsync(part));
        return sizes.All(length => length > 0) && sizes.Sum() == size ? PartLayout.Of(sizes) : null;

        // 0 if the store does not provide it.
        async Task<long> SizeOfAsync(int part)
        {
            var found = retry is null
                ? await source.FindPartSizeAsync(key, head.Version, part, cancellationToken)
                : await retry.RunAsync(token => source.FindPartSizeAsync(key, head.Version, part, token), cancellationToken);
            return found ?? 0;
        }
    }
}
