using DataTransferHub.Storage;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Tasks.WorkArea;

/// <summary>The work area as files in the hub's data folder.</summary>
sealed class LocalWorkArea(IOptions<HubOptions> options) : IWorkArea
{
    readonly string _root = options.Value.PathOf("work");

    public Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        DurableFile.WriteAsync(Resolve(path), content, cancellationToken);

    public async Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(Resolve(path), cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public Task<IReadOnlyList<string>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        var directory = Resolve(folder);
        string[] files;
        try
        {
            files = Directory.GetFiles(directory, "*", SearchOption.AllDirectories);
        }
        catch (DirectoryNotFoundException)
        {
            files = [];
        }

        IReadOnlyList<string> paths = [.. files
            .Where(file => !file.EndsWith(DurableFile.TemporarySuffix, StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(_root, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Order(StringComparer.Ordinal)];
        return Task.FromResult(paths);
    }

    public Task DeleteFolderAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            Directory.Delete(Resolve(folder), recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // There is nothing to delete.
        }

        return Task.CompletedTask;
    }

    string Resolve(string path)
    {
        if (!IsWellFormed(path))
            throw new ArgumentException($"'{path}' is not a valid path of the work area: use letters, digits, dots, dashes and forward "
                + "slashes, and no empty, '.' or '..' segment.", nameof(path));
        return Path.Combine(_root, path);
    }

    static bool IsWellFormed(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '/')
        && path.Split('/').All(segment => segment is not ("" or "." or ".."))
        && !path.EndsWith(DurableFile.TemporarySuffix, StringComparison.Ordinal);
}
