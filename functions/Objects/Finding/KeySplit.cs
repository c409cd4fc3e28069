using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Finding;

/// <summary>
/// Finds keys that split a part of a listing into shares, by a few requests for single keys: first where the rest of the keys begins to
/// differ from its first one, then which characters there are at that place. The shares are equal in characters, not in keys; a share that
/// turns out large is split again. Every split is a key that the store has listed, so that a wrong guess costs nothing but balance.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="prefix">The prefix of the keys.</param>
/// <param name="to">The last key, or null.</param>
sealed class KeySplit(IObjectStore store, string prefix, string? to)
{
    // After all others in the order of UTF-8, and a character of XML.
    const string Last = "\U0010fffd";
    const char LastOfAscii = '\u007f';
    const char LastOfPlane = '\uffef';

    /// <summary>The splits that come after a key.</summary>
    public static IReadOnlyList<string> After(string? key, IReadOnlyList<string> splits) =>
        key is null ? splits : [.. splits.Where(split => KeyOrder.Instance.Compare(split, key) > 0)];

    /// <summary>Keys between a key and the last one, in order; fewer than wanted, or none, if the keys cannot be split so.</summary>
    /// <param name="after">The key, or null.</param>
    /// <param name="count">How many are wanted.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public async Task<IReadOnlyList<string>> FindAsync(string? after, int count, CancellationToken cancellationToken)
    {
        try
        {
            return await FindPlaceAsync(after, cancellationToken) is { } place
                ? await CutAsync(place, count, cancellationToken)
                : [];
        }
        catch (StoreException)
        {
            // The listing itself shows what is wrong with the store.
            return [];
        }
    }

    // The shortest start of the first key after which there are others tells where they differ.
    async Task<Place?> FindPlaceAsync(string? after, CancellationToken cancellationToken)
    {
        if (await FirstAfterAsync(after, cancellationToken) is not { } first)
            return null;
        var (low, high) = (prefix.Length, first.Length);
        var other = await FirstAfterAsync(first + Last, cancellationToken);
        if (other is null)
            return null;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (await FirstAfterAsync(StartOf(first, middle) + Last, cancellationToken) is { } found)
                (high, other) = (middle, found);
            else
                low = middle;
        }

        return other.Length > low && first.Length > low && other[low] > first[low] && !char.IsSurrogate(other[low])
            ? new Place(first[..low], first[low], other[low], other)
            : null;
    }

    async Task<IReadOnlyList<string>> CutAsync(Place place, int count, CancellationToken cancellationToken)
    {
        var (low, high) = (place.Other, await FirstFromAsync(LastOfAscii) is not null ? LastOfPlane : LastOfAscii);
        // Not to the very last character: this is a guess.
        while (high - low > Math.Max(1, (low - place.First) / 8))
        {
            var middle = WithoutSurrogates((low + high) / 2);
            if (middle > low && await FirstFromAsync(middle) is not null)
                low = middle;
            else
                high = middle <= low ? low : middle;
        }

        var wanted = Enumerable.Range(1, count)
            .Select(share => (char)(place.First + Math.Max(1, (low - place.First) * share / (count + 1))))
            .Where(character => !char.IsSurrogate(character))
            .Distinct();
        var keys = await Task.WhenAll(wanted.Select(FirstFromAsync));
        return
        [
            .. keys.OfType<string>().Append(place.Key).Distinct(StringComparer.Ordinal).Order(KeyOrder.Instance)
                .Where(key => to is null || KeyOrder.Instance.Compare(key, to) < 0).Take(count),
        ];

        // The first key whose next character is this one or comes after it.
        Task<string?> FirstFromAsync(char character) =>
            FirstAfterAsync(place.Start + WithoutSurrogates(character - 1) + Last, cancellationToken);
    }

    static char WithoutSurrogates(int character) => char.IsSurrogate((char)character) ? '\ud7ff' : (char)character;

    // A store may return an empty page although others follow; then there is no split.
    async Task<string?> FirstAfterAsync(string? after, CancellationToken cancellationToken)
    {
        var page = await store.ListAsync(prefix, after, null, 1, cancellationToken);
        return page.Objects is [var first, ..] && (to is null || KeyOrder.Instance.Compare(first.Key, to) <= 0) ? first.Key : null;
    }

    static string StartOf(string key, int length) => key[..(char.IsHighSurrogate(key[length - 1]) ? length - 1 : length)];

    /// <summary>Where keys differ.</summary>
    /// <param name="Start">What they have in common.</param>
    /// <param name="First">The next character of the first of them.</param>
    /// <param name="Other">A later next character.</param>
    /// <param name="Key">The first key with that one.</param>
    sealed record Place(string Start, char First, char Other, string Key);
}
