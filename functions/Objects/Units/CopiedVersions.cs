using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.Units;

/// <summary>The copied versions of one route (see <see cref="ICopiedVersions"/>).</summary>
/// <param name="store">Keeps them.</param>
/// <param name="source">Names the source.</param>
/// <param name="destination">Names the destination.</param>
sealed class CopiedVersions(ICopiedVersions store, string source, string destination)
{
    const int PageSize = 1000;

    // With a list of prefixes there is a reader for each, and most need only a few records.
    const int FirstPageSize = 50;

    /// <summary>Records versions.</summary>
    public Task WriteAsync(IReadOnlyList<CopiedVersion> versions, CancellationToken cancellationToken) => versions.Count == 0
        ? Task.CompletedTask
        : store.WriteAsync(source, destination, versions, cancellationToken);

    /// <summary>A new reader, for keys that are asked for in order.</summary>
    /// <param name="prefix">The prefix of all keys.</param>
    /// <param name="after">The key after which they begin, or null.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public Reader Read(string prefix, string? after, CancellationToken cancellationToken) =>
        new(this, after is null ? prefix : Successor(after), cancellationToken);

    static string Successor(string key) => key + "\0";

    /// <summary>Finds versions by keys that are asked for in order.</summary>
    public sealed class Reader(CopiedVersions versions, string from, CancellationToken cancellationToken)
    {
        readonly List<string> _passed = [];
        IReadOnlyList<CopiedVersion> _page = [];
        int _next;
        bool _isLast;

        /// <summary>The recorded version of the destination's object with a key; null if there is none.</summary>
        public async ValueTask<CopiedVersion?> FindAsync(string key)
        {
            while (true)
            {
                for (; _next < _page.Count; _next++)
                {
                    var order = KeyOrder.Instance.Compare(_page[_next].Key, key);
                    if (order >= 0)
                        return order == 0 ? _page[_next++] : null;

                    // Nobody asked for it: its object is gone, or is copied again, or has a checksum that can be compared.
                    if (_passed.Count < PageSize)
                        _passed.Add(_page[_next].Key);
                }

                if (_isLast)
                    return null;
                var size = _page.Count == 0 ? FirstPageSize : PageSize;
                _page = await versions.ListAsync(_page.Count == 0 ? from : Successor(_page[^1].Key), size, cancellationToken);
                (_next, _isLast) = (0, _page.Count < size);
            }
        }

        /// <summary>Removes the records that were passed over.</summary>
        public Task RemovePassedAsync() => versions.RemoveAsync(_passed, cancellationToken);
    }

    Task<IReadOnlyList<CopiedVersion>> ListAsync(string from, int count, CancellationToken cancellationToken) =>
        store.ListAsync(source, destination, from, count, cancellationToken);

    Task RemoveAsync(List<string> keys, CancellationToken cancellationToken) => keys.Count == 0
        ? Task.CompletedTask
        : store.RemoveAsync(source, destination, keys, cancellationToken);
}
