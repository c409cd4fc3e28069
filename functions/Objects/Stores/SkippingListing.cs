namespace DataTransferHub.Objects.Stores;

/// <summary>
/// Reads a listing for keys that are asked for in order. A key needs a bounded number of requests, whatever the store has before it: a far
/// gap is skipped by asking for the key alone and listing anew after it.
/// </summary>
/// <param name="after">Lists objects in key order after a key, or from the beginning for null.</param>
/// <param name="find">Asks for one key.</param>
/// <param name="farGap">The number of other keys after which a gap is skipped.</param>
/// <param name="isPossible">Whether the store can have an object with a key. The others are not asked for.</param>
sealed class SkippingListing(
    Func<string?, IAsyncEnumerable<ListedObject>> after, Func<string, Task<ListedObject?>> find, int farGap = Listing.PageSize,
    Func<string, bool>? isPossible = null)
    : IAsyncDisposable
{
    // Null until the listing starts, and then the result of the last step.
    IAsyncEnumerator<ListedObject>? _listing;
    Task<bool> _advance = Task.FromResult(false);

    /// <summary>A listing of a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="prefix">The prefix of the keys.</param>
    /// <param name="afterKey">The key after which the listing starts if it does not start at a key that is asked for.</param>
    /// <param name="retry">How faults are retried.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public static SkippingListing Of(
        IObjectStore store, string prefix, string? afterKey, StoreRetry retry, CancellationToken cancellationToken) => new(
            after => Listing.ReadAsync(store, prefix, after ?? afterKey, retry, cancellationToken),
            key => Listing.FindAsync(store, key, retry, cancellationToken),
            isPossible: key => store.Capabilities.FindKeyFault(key) is null);

    /// <summary>
    /// Starts the listing at its beginning, so that its first page is fetched now. Without it, the listing starts at the first key.
    /// </summary>
    public void Start() => StartAfter(null);

    /// <summary>The object with a key, or null. Each key comes after the previous one.</summary>
    public async ValueTask<ListedObject?> FindAsync(string key)
    {
        if (_listing is null)
            return await SkipToAsync(key);
        for (var passed = 0; await _advance; passed++)
        {
            var order = KeyOrder.Instance.Compare(_listing.Current.Key, key);
            if (order == 0)
                return _listing.Current;
            if (order > 0)
                return null;
            if (passed == farGap)
                return await SkipToAsync(key);
            _advance = Advance(_listing.MoveNextAsync());
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        // An enumerator must not be disposed while its first page is being fetched.
        await ((Task)_advance).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_listing is not null)
            await _listing.DisposeAsync();
    }

    // Not by a listing that starts shortly before the key: any number of keys may be there.
    async Task<ListedObject?> SkipToAsync(string key)
    {
        if (isPossible?.Invoke(key) is false)
            return null;
        if (_listing is not null)
            await _listing.DisposeAsync();
        StartAfter(key);
        return await find(key);
    }

    void StartAfter(string? key)
    {
        _listing = after(key).GetAsyncEnumerator();
        _advance = _listing.MoveNextAsync().AsTask();
    }

    // Nearly every step is within a page that is there, and needs no new task.
    static Task<bool> Advance(ValueTask<bool> step) => step.IsCompletedSuccessfully ? Task.FromResult(step.Result) : step.AsTask();
}
