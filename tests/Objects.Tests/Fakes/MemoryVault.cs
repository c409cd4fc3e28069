using System.Collections.Concurrent;
using DataTransferHub.Secrets;

namespace DataTransferHub.Objects.Tests.Fakes;

sealed class MemoryVault : ISecretVault
{
    readonly ConcurrentDictionary<string, string> _values = new();

    public string this[string name]
    {
        set => _values[name] = value;
    }

    public Task<IReadOnlyList<SecretDescription>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SecretDescription>>(_values.Keys.Order(StringComparer.Ordinal)
            .Select(name => new SecretDescription(name, null)).ToList());

    public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) => Task.FromResult(_values.ContainsKey(name));

    public Task PutAsync(string name, string value, string? description, CancellationToken cancellationToken)
    {
        _values[name] = value;
        return Task.CompletedTask;
    }

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => Task.FromResult(_values.TryRemove(name, out _));

    public Task<string?> GetValueAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(_values.TryGetValue(name, out var value) ? value : null);
}
