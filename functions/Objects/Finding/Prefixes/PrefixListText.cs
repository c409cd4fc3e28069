using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Finding.Prefixes;

/// <summary>The text of a list of prefixes in its store.</summary>
/// <param name="store">The store.</param>
/// <param name="key">The key.</param>
/// <param name="blockSize">The number of bytes of one request.</param>
sealed class PrefixListText(IObjectStore store, string key, int blockSize = 8 << 20)
{
    /// <summary>The first prefix, if it is in the first block.</summary>
    /// <exception cref="StoreException">The store has no such object, or does not provide it.</exception>
    /// <exception cref="FormatException">The text is not a list of prefixes.</exception>
    public async Task<string> ReadFirstAsync(CancellationToken cancellationToken)
    {
        using var body = await store.GetAsync(key, null, ObjectVersion.Unknown, cancellationToken);
        var block = new byte[Math.Min(blockSize, 64 << 10)];
        var length = await body.Content.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancellationToken);
        var lines = new PrefixLines();
        foreach (var prefix in lines.Add(block.AsMemory(0, length)))
            return prefix;
        return (length < block.Length ? lines.Finish() : "") ?? throw Empty();
    }

    /// <summary>Reads all prefixes, of one version of the object.</summary>
    /// <param name="add">Takes each.</param>
    /// <param name="retry">How requests are retried.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="StoreException">
    /// The store has no such object, or does not provide it. It has changed in the meantime: <see cref="StoreFault.PreconditionFailed"/>.
    /// </exception>
    /// <exception cref="OutageException">The store fails as a whole.</exception>
    /// <exception cref="FormatException">The text is not a list of prefixes.</exception>
    public async Task ReadAsync(Func<string, ValueTask> add, StoreRetry retry, CancellationToken cancellationToken)
    {
        var head = await retry.RunAsync(HeadAsync, cancellationToken, key);
        var size = head.Size ?? throw new FormatException("Its size is unknown. Store it without Content-Encoding.");
        var lines = new PrefixLines();
        var isEmpty = true;
        for (long at = 0; at < size; at += blockSize)
        {
            var range = new ByteRange(at, Math.Min(blockSize, size - at));
            var block = await retry.RunAsync(token => ReadAsync(range, head.Version, token), cancellationToken, key);
            foreach (var prefix in lines.Add(block))
                await AddAsync(prefix);
        }

        if (lines.Finish() is { } last)
            await AddAsync(last);
        if (isEmpty)
            throw Empty();

        ValueTask AddAsync(string prefix)
        {
            isEmpty = false;
            return add(prefix);
        }
    }

    // A response to HEAD has no error code, so it would not tell a missing bucket from a missing object.
    async Task<ObjectHead> HeadAsync(CancellationToken cancellationToken)
    {
        using var body = await store.GetAsync(key, null, ObjectVersion.Unknown, cancellationToken);
        return body.Head;
    }

    async Task<byte[]> ReadAsync(ByteRange range, ObjectVersion version, CancellationToken cancellationToken)
    {
        using var body = await store.GetAsync(key, range, version, cancellationToken);
        var block = new byte[range.Length];
        try
        {
            await body.Content.ReadExactlyAsync(block, cancellationToken);
        }
        catch (EndOfStreamException end)
        {
            throw new StoreException(StoreSide.Source, StoreFault.Network, "the list of prefixes ended too early", inner: end);
        }

        return block;
    }

    static FormatException Empty() => new("It has no prefix. Write one prefix on each line, or use srcPrefix.");
}
