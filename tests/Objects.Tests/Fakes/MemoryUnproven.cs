using System.Collections.Concurrent;
using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.Tests.Fakes;

sealed class MemoryUnproven : IUnprovenItems
{
    readonly ConcurrentDictionary<(string Destination, string Key), bool> _items = new();

    public IEnumerable<string> Keys => _items.Keys.Select(item => item.Key);

    public Task AddAsync(string destination, string key, CancellationToken cancellationToken)
    {
        _items[(destination, key)] = true;
        return Task.CompletedTask;
    }

    public Task RemoveAsync(string destination, string key, CancellationToken cancellationToken)
    {
        _items.TryRemove((destination, key), out _);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> ListAsync(string destination, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(_items.Keys.Where(item => item.Destination == destination).Select(item => item.Key)
            .ToList());
}
