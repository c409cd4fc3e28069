using System.Runtime.CompilerServices;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Finding;

/// <summary>A bucket's objects as a stream in key order, the next page always on its way.</summary>
static class Listing
{
    /// <summary>Objects of a page; the protocol's own maximum.</summary>
    public const int PageSize = 1000;

    public static async IAsyncEnumerable<ListedObject> ReadAsync(
        IObjectStore store, string prefix, string? afterKey, StoreRetry retry, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var next = PageAsync(afterKey);
        try
        {
            while (true)
            {
                var page = await next;
                var isLast = page.IsLast || page.Objects.Count == 0;
                if (!isLast) next = PageAsync(page.Objects[^1].Key);
                foreach (var entry in page.Objects) yield return entry;
                if (isLast) yield break;
            }
        }
        finally
        {
            // Whoever has seen enough does not wait for a page that nobody will read.
            await stop.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Task<ObjectPage> PageAsync(string? after) => retry.RunAsync(token => store.ListAsync(prefix, after, PageSize, token), stop.Token);
    }
}
