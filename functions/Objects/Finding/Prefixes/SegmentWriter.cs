using DataTransferHub.Tasks.WorkArea;

namespace DataTransferHub.Objects.Finding.Prefixes;

/// <summary>Writes prefixes that arrive in key order, without those that start with another one.</summary>
/// <param name="workArea">Where the files are written.</param>
/// <param name="folder">Their folder.</param>
/// <param name="limits">The size of a file.</param>
sealed class SegmentWriter(IWorkArea workArea, string folder, SortLimits limits)
{
    readonly List<PrefixSegment> _segments = [];
    readonly List<string> _prefixes = [];
    int _characters;
    long _count;
    string? _last;

    /// <summary>Adds a prefix that comes after the previous one or equals it.</summary>
    public async ValueTask AddAsync(string prefix, CancellationToken cancellationToken)
    {
        // In key order, everything that starts with a prefix follows it immediately.
        if (_last is not null && prefix.StartsWith(_last, StringComparison.Ordinal))
            return;
        _last = prefix;
        _count++;
        _prefixes.Add(prefix);
        _characters += prefix.Length;
        if (_prefixes.Count >= limits.SegmentPrefixes || _characters >= limits.SegmentCharacters)
            await WriteAsync(cancellationToken);
    }

    /// <summary>Writes the last file, and returns all.</summary>
    public async Task<SortedPrefixes> FinishAsync(CancellationToken cancellationToken)
    {
        if (_prefixes.Count > 0)
            await WriteAsync(cancellationToken);
        return new SortedPrefixes(_segments, _count);
    }

    async Task WriteAsync(CancellationToken cancellationToken)
    {
        _segments.Add(await PrefixSegments.WriteAsync(workArea, $"{folder}/{_segments.Count}", _prefixes, cancellationToken));
        _prefixes.Clear();
        _characters = 0;
    }
}
