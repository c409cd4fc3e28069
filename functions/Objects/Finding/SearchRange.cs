using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;

namespace DataTransferHub.Objects.Finding;

/// <summary>
/// The objects with one prefix at both ends, from a position on. Their first pages are fetched when it is created. Dispose it when its
/// requests are done or cancelled.
/// </summary>
sealed class SearchRange : IAsyncDisposable
{
    readonly Func<string?, string?> _tokenAfter;
    readonly string? _to;
    readonly IAsyncEnumerator<ListedObject> _source;
    readonly Task<bool> _first;
    string? _storeToken;

    /// <param name="transfer">The two ends.</param>
    /// <param name="prefix">The prefix of the source's keys.</param>
    /// <param name="from">Where it starts: after a key, or at the source's own token.</param>
    /// <param name="isEnough">Whether the batch ends. Once it is true, it stays true.</param>
    /// <param name="tokenAfter">
    /// See <see cref="TokenAfter"/>; gets the source's own token, or null if the range was read to its end.
    /// </param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public SearchRange(
        Transfer transfer, string prefix, SearchPosition from, Func<bool> isEnough, Func<string?, string?> tokenAfter,
        CancellationToken cancellationToken)
    {
        (_tokenAfter, _to) = (tokenAfter, from.To);
        var settings = transfer.Settings;
        var below = settings.DestinationKey(prefix);
        var afterCopy = from.Key is null ? null : settings.DestinationKey(from.Key);
        Versions = transfer.Versions.Read(below, afterCopy, cancellationToken);
        // Where the prefix alone makes every key impossible, the store would refuse to list it, and there is nothing to compare with. It
        // does if neither it nor a longer key is possible: a full file name may still be followed by a slash, and a dot by a letter.
        var isPossible = transfer.FindKeyFault(prefix) is null || transfer.FindKeyFault(prefix + "a") is null;
        if (!settings.SkipCompare && isPossible)
        {
            Destination = SkippingListing.Of(transfer.Destination, below, afterCopy, transfer.Retry, cancellationToken);
            Destination.Start();
        }

        _source = Listing.ReadAsync(transfer.Source, prefix, from.Key, transfer.Retry, cancellationToken, from.Token, next =>
        {
            _storeToken = isEnough() ? next : null;
            return _storeToken is not null;
        }).GetAsyncEnumerator(cancellationToken);
        _first = _source.MoveNextAsync().AsTask();
    }

    /// <summary>The destination's objects with the prefix of the copies; null to copy without comparing.</summary>
    public SkippingListing? Destination { get; }

    /// <summary>The recorded versions of the copies.</summary>
    public CopiedVersions.Reader Versions { get; }

    /// <summary>Number of objects read so far.</summary>
    public long Count { get; private set; }

    /// <summary>
    /// The token with which the search goes on after what was read of this range; null if nothing follows. Call it when the source's
    /// objects have ended.
    /// </summary>
    public string? TokenAfter => _tokenAfter(_storeToken);

    /// <summary>The source's objects in key order. Can be read once.</summary>
    public async IAsyncEnumerable<ListedObject> ReadSourceAsync()
    {
        for (var isThere = await _first; isThere; isThere = await _source.MoveNextAsync())
        {
            if (_to is not null && KeyOrder.Instance.Compare(_source.Current.Key, _to) > 0)
                yield break;
            Count++;
            yield return _source.Current;
        }
    }

    /// <summary>Cancels the requests in progress.</summary>
    public async ValueTask DisposeAsync()
    {
        // An enumerator must not be disposed while its first page is being fetched.
        await ((Task)_first).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _source.DisposeAsync();
        if (Destination is not null)
            await Destination.DisposeAsync();
    }
}
