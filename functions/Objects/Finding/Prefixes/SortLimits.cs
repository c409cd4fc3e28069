namespace DataTransferHub.Objects.Finding.Prefixes;

/// <summary>The limits of the memory that sorting takes.</summary>
/// <param name="HeldPrefixes">The maximum number of prefixes that are sorted in memory.</param>
/// <param name="HeldCharacters">The maximum number of their characters.</param>
/// <param name="SegmentPrefixes">The maximum number of prefixes in a file.</param>
/// <param name="SegmentCharacters">The number of characters at which a file ends.</param>
/// <param name="MergedRuns">The maximum number of sorted runs that are merged at once, with one file of each in memory.</param>
sealed record SortLimits(int HeldPrefixes, int HeldCharacters, int SegmentPrefixes, int SegmentCharacters, int MergedRuns)
{
    /// <summary>About 50 MB, whatever the list is like.</summary>
    public static readonly SortLimits Default = new(200_000, 16 << 20, 4_000, 128 << 10, 64);
}
