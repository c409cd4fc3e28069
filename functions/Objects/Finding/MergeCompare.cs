using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Finding;

/// <summary>An object of the source and whether it must be copied.</summary>
readonly record struct Finding(ListedObject Object, bool IsChange);

/// <summary>
/// Two sorted listings merged into one stream of findings, in constant memory. A finding needs a bounded number of requests, whatever the
/// destination has between two keys: a far gap is skipped by a new listing from the wanted key.
/// </summary>
static class MergeCompare
{
    /// <param name="source">The source's objects in key order.</param>
    /// <param name="destinationAfter">
    /// Lists the destination's objects in key order after a key, or from its beginning for null. Null to copy without comparing.
    /// </param>
    /// <param name="destinationKey">Maps a source key to the destination's key; preserves the order.</param>
    /// <param name="comparesChecksums">See <see cref="Change.IsNeeded"/>.</param>
    /// <param name="farGap">The number of keys after which a gap is skipped: a page, which was prefetched anyway.</param>
    public static async IAsyncEnumerable<Finding> RunAsync(
        IAsyncEnumerable<ListedObject> source, Func<string?, IAsyncEnumerable<ListedObject>>? destinationAfter,
        Func<string, string> destinationKey, bool comparesChecksums, int farGap = Listing.PageSize)
    {
        if (destinationAfter is null)
        {
            await foreach (var entry in source)
                yield return new Finding(entry, true);
            yield break;
        }

        await using var there = new SkippingReader(destinationAfter, farGap);
        await foreach (var entry in source)
        {
            var copy = await there.FindAsync(destinationKey(entry.Key));
            yield return new Finding(entry, copy is null || Change.IsNeeded(entry, copy, comparesChecksums));
        }
    }

    // Reads a listing for keys that are asked for in order.
    sealed class SkippingReader : IAsyncDisposable
    {
        readonly Func<string?, IAsyncEnumerable<ListedObject>> _after;
        readonly int _farGap;
        IAsyncEnumerator<ListedObject> _listing;
        Task<bool> _advance;

        public SkippingReader(Func<string?, IAsyncEnumerable<ListedObject>> after, int farGap)
        {
            (_after, _farGap) = (after, farGap);

            // Now, so that the first pages of both sides are fetched concurrently.
            _listing = after(null).GetAsyncEnumerator();
            _advance = _listing.MoveNextAsync().AsTask();
        }

        public async ValueTask<ListedObject?> FindAsync(string key)
        {
            for (var passed = 0; await _advance; passed++)
            {
                var order = KeyOrder.Instance.Compare(_listing.Current.Key, key);
                if (order == 0)
                    return _listing.Current;
                if (order > 0)
                    return null;
                if (passed == _farGap && KeyOrder.Before(key) is var before
                    && KeyOrder.Instance.Compare(_listing.Current.Key, before) < 0)
                {
                    await _listing.DisposeAsync();
                    _listing = _after(before).GetAsyncEnumerator();
                }

                _advance = Advance(_listing.MoveNextAsync());
            }

            return null;
        }

        public async ValueTask DisposeAsync()
        {
            // An enumerator must not be disposed while its first page is being fetched.
            await ((Task)_advance).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _listing.DisposeAsync();
        }

        // Nearly every step is within a page that is there, and needs no new task.
        static Task<bool> Advance(ValueTask<bool> step) => step.IsCompletedSuccessfully ? Task.FromResult(step.Result) : step.AsTask();
    }
}
