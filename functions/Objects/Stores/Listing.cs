using System.Runtime.CompilerServices;

namespace DataTransferHub.Objects.Stores;

/// <summary>A bucket's objects as a stream in key order. The next page is always prefetched.</summary>
static class Listing
{
    /// <summary>Objects per page; the protocol's maximum.</summary>
    public const int PageSize = 1000;

    public static async IAsyncEnumerable<ListedObject> ReadAsync(
        IObjectStore store, string prefix, string? afterKey, StoreRetry retry, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var last = afterKey;
        var next = PageAsync(null);
        try
        {
            while (true)
            {
                var page = await next;
                if (page.Objects.Count > 0)
                    last = page.Objects[^1].Key;
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

        Task<ObjectPage> PageAsync(string? token)
        {
            var after = last;
            return retry.RunAsync(cancellation => store.ListAsync(prefix, after, token, PageSize, cancellation), stop.Token);
        }
    }
}
