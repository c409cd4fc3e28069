using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Finding;

/// <summary>An object of the source and whether it must be copied.</summary>
readonly record struct Finding(ListedObject Object, bool IsChange);

/// <summary>Two sorted listings merged into one stream of findings, in constant memory.</summary>
static class MergeCompare
{
    /// <param name="source">The source's objects in key order.</param>
    /// <param name="destination">The destination's objects in key order, or null to copy without comparing.</param>
    /// <param name="destinationKey">Maps a source key to the destination's key; preserves the order.</param>
    /// <param name="comparesChecksums">See <see cref="Change.IsNeeded"/>.</param>
    public static async IAsyncEnumerable<Finding> RunAsync(
        IAsyncEnumerable<ListedObject> source, IAsyncEnumerable<ListedObject>? destination, Func<string, string> destinationKey,
        bool comparesChecksums)
    {
        await using var there = destination?.GetAsyncEnumerator();
        // Both first pages are fetched concurrently.
        var advance = there?.MoveNextAsync().AsTask();
        var isThere = false;
        try
        {
            await foreach (var entry in source)
            {
                if (there is null)
                {
                    yield return new Finding(entry, true);
                    continue;
                }

                if (advance is not null)
                {
                    isThere = await advance;
                    advance = null;
                }

                var key = destinationKey(entry.Key);
                var order = 1;
                while (isThere && (order = KeyOrder.Instance.Compare(there.Current.Key, key)) < 0)
                    isThere = await there.MoveNextAsync();
                yield return new Finding(entry, !isThere || order != 0 || Change.IsNeeded(entry, there.Current, comparesChecksums));
            }
        }
        finally
        {
            // An enumerator must not be disposed while its first page is being fetched.
            if (advance is not null)
                await ((Task)advance).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
