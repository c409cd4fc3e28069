using System.Runtime.CompilerServices;

namespace DataTransferHub.Objects.Stores;

/// <summary>A bucket's objects as a stream in key order. The next page is always prefetched.</summary>
static class Listing
{
    /// <summary>Objects per page; the protocol's maximum.</summary>
    public const int PageSize = 1000;

    // A store that returns nothing but empty pages would never end. A store with many deleted objects may have some in a row.
    const int MostEmptyPages = 500;

    /// <summary>The object with a key as listings have it, or null.</summary>
    public static async Task<ListedObject?> FindAsync(
        IObjectStore store, string key, StoreRetry retry, CancellationToken cancellationToken)
    {
        // The first key that starts with a key is the key itself. A page may be empty even if others follow.
        string? token = null;
        ObjectPage page;
        var empty = 0;
        do
        {
            RequireEnd(store, empty++);
            page = await retry.RunAsync(cancellation => store.ListAsync(key, null, token, 1, cancellation), cancellationToken, key);
            token = page.Next;
        }
        while (page is { IsLast: false, Objects.Count: 0 });
        return page.Objects is [var found, ..] && found.Key == key ? found : null;
    }

    static void RequireEnd(IObjectStore store, int emptyPages)
    {
        if (emptyPages > MostEmptyPages)
        {
            throw new StoreException(
                store.Side, StoreFault.ServerError, $"its listing does not go on: it returned {MostEmptyPages} empty pages in a row");
        }
    }

    /// <param name="store">The store.</param>
    /// <param name="prefix">The prefix of the keys.</param>
    /// <param name="afterKey">The key after which it starts, or null.</param>
    /// <param name="retry">How faults are retried.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <param name="token">The store's token at which an earlier listing ended, or null.</param>
    /// <param name="endsAtEmptyPage">
    /// Called after each empty page with the store's token for the next one: whether the listing ends there. Otherwise a caller would wait
    /// as long as empty pages come.
    /// </param>
    public static async IAsyncEnumerable<ListedObject> ReadAsync(
        IObjectStore store, string prefix, string? afterKey, StoreRetry retry, [EnumeratorCancellation] CancellationToken cancellationToken,
        string? token = null, Func<string, bool>? endsAtEmptyPage = null)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var last = afterKey;
        var empty = 0;
        var next = PageAsync(token);
        try
        {
            while (true)
            {
                var page = await next;
                if (page.Objects.Count > 0)
                    (last, empty) = (page.Objects[^1].Key, 0);
                else if (page.Next is not null && endsAtEmptyPage?.Invoke(page.Next) is true)
                    yield break;
                else
                    RequireEnd(store, ++empty);
                if (!page.IsLast)
                    next = PageAsync(page.Next);
                foreach (var entry in page.Objects)
                    yield return entry;
                if (page.IsLast)
                    yield break;
            }
        }
        finally
        {
            // A caller that stops early does not wait for the prefetched page.
            await stop.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Task<ObjectPage> PageAsync(string? at)
        {
            var after = last;
            return retry.RunAsync(cancellation => store.ListAsync(prefix, after, at, PageSize, cancellation), stop.Token);
        }
    }
}
