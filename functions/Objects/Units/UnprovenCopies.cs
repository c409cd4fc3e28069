using System.Collections.Concurrent;
using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.Units;

/// <summary>
/// The marks of one destination (see <see cref="IUnprovenItems"/>), as read when it was opened and as changed here since.
/// </summary>
sealed class UnprovenCopies
{
    readonly IUnprovenItems _items;
    readonly string _destination;
    readonly ConcurrentDictionary<string, bool> _marked;

    UnprovenCopies(IUnprovenItems items, string destination, IEnumerable<string> marked)
    {
        _items = items;
        _destination = destination;
        _marked = new(marked.Select(key => KeyValuePair.Create(key, true)), StringComparer.Ordinal);
    }

    /// <param name="items">Stores the marks.</param>
    /// <param name="destination">Names the bucket, the same for every task.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public static async Task<UnprovenCopies> LoadAsync(IUnprovenItems items, string destination, CancellationToken cancellationToken) =>
        new(items, destination, await items.ListAsync(destination, cancellationToken));

    /// <summary>Whether the destination's object with that key is marked.</summary>
    public bool Contains(string key) => _marked.ContainsKey(key);

    /// <summary>Marks an object.</summary>
    public async Task MarkAsync(string key, CancellationToken cancellationToken)
    {
        await _items.AddAsync(_destination, key, cancellationToken);
        _marked[key] = true;
    }

    /// <summary>Removes the mark of an object that is proven or deleted; does nothing if it has none.</summary>
    public async Task ClearAsync(string key, CancellationToken cancellationToken)
    {
        if (!_marked.ContainsKey(key))
            return;
        await _items.RemoveAsync(_destination, key, cancellationToken);
        _marked.TryRemove(key, out _);
    }
}
