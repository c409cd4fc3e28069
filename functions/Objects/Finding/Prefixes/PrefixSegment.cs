namespace DataTransferHub.Objects.Finding.Prefixes;

/// <summary>A file of the work area with consecutive prefixes of a sorted list.</summary>
/// <param name="Path">Its path.</param>
/// <param name="First">Its first prefix.</param>
sealed record PrefixSegment(string Path, string First);

/// <summary>A list of prefixes in key order, of which none is the start of another.</summary>
/// <param name="Segments">The files that it consists of, in order.</param>
/// <param name="Count">The number of prefixes.</param>
sealed record SortedPrefixes(IReadOnlyList<PrefixSegment> Segments, long Count);
