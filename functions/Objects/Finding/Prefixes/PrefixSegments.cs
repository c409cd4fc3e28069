using System.IO.Compression;
using System.Runtime.CompilerServices;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.WorkArea;

namespace DataTransferHub.Objects.Finding.Prefixes;

/// <summary>Sorted prefixes in the work area: compressed files of counted strings, each small enough to be held in memory.</summary>
static class PrefixSegments
{
    /// <summary>The prefixes from the given one, or from the last before it that is a start of it.</summary>
    /// <param name="workArea">The work area.</param>
    /// <param name="segments">The files.</param>
    /// <param name="from">Where to begin, or null for all.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <exception cref="InvalidOperationException">A file is missing.</exception>
    public static async IAsyncEnumerable<string> ReadAsync(
        IWorkArea workArea, IReadOnlyList<PrefixSegment> segments, string? from,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var i = from is null ? 0 : SegmentOf(segments, from); i < segments.Count; i++)
        {
            var content = await workArea.ReadAsync(segments[i].Path, cancellationToken)
                ?? throw new InvalidOperationException($"The list of prefixes {segments[i].Path} is no longer in the work area.");
            using var reader = new BinaryReader(new GZipStream(new MemoryStream(content), CompressionMode.Decompress));
            for (var left = reader.ReadInt32(); left > 0; left--)
            {
                var prefix = reader.ReadString();
                if (from is null || KeyOrder.Instance.Compare(prefix, from) >= 0 || from.StartsWith(prefix, StringComparison.Ordinal))
                    yield return prefix;
            }
        }
    }

    /// <summary>Writes one file.</summary>
    public static async Task<PrefixSegment> WriteAsync(
        IWorkArea workArea, string path, IReadOnlyList<string> prefixes, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        await using (var writer = new BinaryWriter(new GZipStream(content, CompressionLevel.Fastest, leaveOpen: true)))
        {
            writer.Write(prefixes.Count);
            foreach (var prefix in prefixes)
                writer.Write(prefix);
        }

        await workArea.WriteAsync(path, content.GetBuffer().AsMemory(0, (int)content.Length), cancellationToken);
        return new PrefixSegment(path, prefixes[0]);
    }

    // The last file that begins at the key or before it.
    static int SegmentOf(IReadOnlyList<PrefixSegment> segments, string key)
    {
        int low = 0, high = segments.Count;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            (low, high) = KeyOrder.Instance.Compare(segments[middle].First, key) <= 0 ? (middle, high) : (low, middle);
        }

        return low;
    }
}
