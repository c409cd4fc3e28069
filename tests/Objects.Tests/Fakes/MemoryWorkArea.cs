using System.Collections.Concurrent;
using DataTransferHub.Tasks.WorkArea;

namespace DataTransferHub.Objects.Tests.Fakes;

sealed class MemoryWorkArea : IWorkArea
{
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>Called before every write; may throw, as a crash would end the activity there.</summary>
    public Action<string>? BeforeWrite { get; set; }

    public Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        BeforeWrite?.Invoke(path);
        Files[path] = content.ToArray();
        return Task.CompletedTask;
    }

    public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken) =>
        Task.FromResult(Files.TryGetValue(path, out var content) ? content : null);

    public Task<IReadOnlyList<string>> ListAsync(string folder, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(Files.Keys.Where(path => path.StartsWith(folder + "/",
            StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList());

    public async Task DeleteFolderAsync(string folder, CancellationToken cancellationToken)
    {
        foreach (var path in await ListAsync(folder, cancellationToken))
            Files.TryRemove(path, out _);
    }
}
