using System.IO.Compression;
using System.Text.Json;

namespace DataTransferHub.Tasks.WorkArea;

/// <summary>Compressed files of JSON lines in the work area, one item on each line.</summary>
static class JsonLines
{
    /// <summary>Writes a file, replacing an existing one.</summary>
    public static async Task WriteAsync<T>(
        IWorkArea workArea, string path, IEnumerable<T> items, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        await using (var compressed = new GZipStream(content, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (var item in items)
            {
                JsonSerializer.Serialize(compressed, item);
                compressed.WriteByte((byte)'\n');
            }
        }

        await workArea.WriteAsync(path, content.GetBuffer().AsMemory(0, (int)content.Length), cancellationToken);
    }

    /// <summary>The items of a file, or null if there is no such file.</summary>
    public static async Task<IReadOnlyList<T>?> ReadAsync<T>(IWorkArea workArea, string path, CancellationToken cancellationToken)
    {
        if (await workArea.ReadAsync(path, cancellationToken) is not { } content)
            return null;
        await using var text = new GZipStream(new MemoryStream(content), CompressionMode.Decompress);
        using var lines = new StreamReader(text);
        var items = new List<T>();
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
            items.Add(JsonSerializer.Deserialize<T>(line)!);
        return items;
    }
}
