using System.Collections.Concurrent;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.Tests.Fakes;

sealed class MemoryVersions : ICopiedVersions
{
    readonly ConcurrentDictionary<string, CopiedVersion> _versions = new(StringComparer.Ordinal);

    public IEnumerable<string> Keys => _versions.Keys.Order(KeyOrder.Instance);

    public Task WriteAsync(
        string source, string destination, IReadOnlyList<CopiedVersion> versions, CancellationToken cancellationToken)
    {
        foreach (var version in versions)
            _versions[version.Key] = version;
        return Task.CompletedTask;
    }

    public Task RemoveAsync(string source, string destination, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
            _versions.TryRemove(key, out _);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<CopiedVersion>> ListAsync(
        string source, string destination, string from, int count, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CopiedVersion>>([
            .. _versions.Values.Where(version => KeyOrder.Instance.Compare(version.Key, from) >= 0)
                .OrderBy(version => version.Key, KeyOrder.Instance).Take(count)]);
}
