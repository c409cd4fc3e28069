using System.Collections.Concurrent;
using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.Units;

/// <summary>
/// The marks of one destination, see <see cref="IUnprovenItems"/>, as they were when it was opened and as they are changed here.
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

    /// <param name="items">Where the marks are kept.</param>
    /// <param name="destination">Names the bucket, the same for every task.</param>
    /// <param name="cancellationToken">Cancels reading them.</param>
    public static async Task<UnprovenCopies> LoadAsync(IUnprovenItems items, string destination, CancellationToken cancellationToken) =>
        new(items, destination, await items.ListAsync(destination, cancellationToken));

    /// <summary>Whether the object of that key at the destination is marked.</summary>
    public bool Contains(string key) => _marked.ContainsKey(key);

    /// <summary>Marks an object.</summary>
    public async Task MarkAsync(string key, CancellationToken cancellationToken)
    {
        await _items.AddAsync(_destination, key, cancellationToken);
        _marked[key] = true;
    }

    /// <summary>Takes the mark off an object that is proven or gone; does nothing when it has none.</summary>
    public async Task ClearAsync(string key, CancellationToken cancellationToken)
    {
        if (!_marked.ContainsKey(key))
            return;
        await _items.RemoveAsync(_destination, key, cancellationToken);
        _marked.TryRemove(key, out _);
    }
}
