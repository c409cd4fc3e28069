using System.Runtime.CompilerServices;
using System.Text.Json;
using DataTransferHub.Objects.Finding.Prefixes;
using DataTransferHub.Objects.Units;

namespace DataTransferHub.Objects.Finding;

/// <summary>What a run searches: the objects with one prefix, or with the prefixes of a list, in key order.</summary>
/// <param name="lists">The lists of prefixes.</param>
sealed class SearchScope(PrefixLists lists)
{
    // Ranges of this size are fetched ahead, as each takes a round trip; larger ones need only the next.
    const int SmallRange = 100;
    const int FirstAhead = 8;
    const int MostAhead = 32;

    /// <summary>The ranges from a position on. Each is read, and not used any more, before the next one is taken.</summary>
    /// <param name="transfer">The two ends.</param>
    /// <param name="runId">The run.</param>
    /// <param name="from">The position.</param>
    /// <param name="isEnough">See <see cref="SearchRange"/>.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="TransferFailedException">The list of prefixes cannot be used.</exception>
    public async Task<IAsyncEnumerable<SearchRange>> OpenAsync(
        Transfer transfer, string runId, SearchPosition from, Func<bool> isEnough, CancellationToken cancellationToken) =>
        transfer.Settings.Prefixes is null
            ? OneAsync(transfer, from, isEnough, cancellationToken)
            : ManyAsync(
                transfer, await lists.OpenAsync(transfer, runId, cancellationToken), from, isEnough, cancellationToken);

    static async IAsyncEnumerable<SearchRange> OneAsync(
        Transfer transfer, SearchPosition from, Func<bool> isEnough, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var range = new SearchRange(
            transfer, transfer.Settings.SourcePrefix, from, isEnough, tokenAfter: token => token, cancellationToken);
        yield return range;
    }

    async IAsyncEnumerable<SearchRange> ManyAsync(
        Transfer transfer, SortedPrefixes list, SearchPosition from, Func<bool> isEnough,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var place = from.Token is null ? null : JsonSerializer.Deserialize<ListPlace>(from.Token);
        var all = lists.ReadAsync(list, place?.Prefix ?? from.Key, cancellationToken);
        await using var prefixes = all.GetAsyncEnumerator(cancellationToken);
        var ahead = new Queue<SearchRange>();
        var most = FirstAhead;
        var hasMore = true;
        try
        {
            while (true)
            {
                while (hasMore && ahead.Count < most && (hasMore = await prefixes.MoveNextAsync()))
                {
                    var prefix = prefixes.Current;
                    if (StartIn(prefix, from.Key, place) is { } start)
                        ahead.Enqueue(new SearchRange(transfer, prefix, start, isEnough, token => TokenOf(prefix, token), stop.Token));
                }

                if (!ahead.TryDequeue(out var range))
                    yield break;
                await using (range)
                    yield return range;
                most = range.Count <= SmallRange ? Math.Min(most * 2, MostAhead) : Math.Max(most / 2, 1);
            }
        }
        finally
        {
            await stop.CancelAsync();
            foreach (var range in ahead)
                await range.DisposeAsync();
        }
    }

    // Where the search starts among the objects with a prefix; null if they have been searched. If the list was lost and has changed, what
    // was a place in it may now be below a shorter prefix.
    static SearchPosition? StartIn(string prefix, string? key, ListPlace? place)
    {
        var isIn = key?.StartsWith(prefix, StringComparison.Ordinal) is true;
        if (place is null || !place.Prefix.StartsWith(prefix, StringComparison.Ordinal))
            return new(isIn ? key : null, null);
        if (place.Token is null)
            return null;
        return place.Prefix == prefix ? new(isIn ? key : null, place.Token) : new(isIn ? key : place.Prefix, null);
    }

    static string TokenOf(string prefix, string? token) => JsonSerializer.Serialize(new ListPlace(prefix, token));

    /// <summary>A place in a list that no key determines.</summary>
    /// <param name="Prefix">A prefix of the list.</param>
    /// <param name="Token">The source's token in the listing of that prefix; null at its end.</param>
    sealed record ListPlace(string Prefix, string? Token);
}
