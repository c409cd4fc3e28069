namespace Microsoft.DurableTask;

/// <summary>The order of task versions.</summary>
static class VersionOrder
{
    /// <summary>No version is lowest; two that read as numbers with dots compare as numbers; else as text without regard to case.</summary>
    internal static int Compare(string? version, string? other) => (string.IsNullOrWhiteSpace(version), string.IsNullOrWhiteSpace(other)) switch
    {
        (true, true) => 0,
        (true, false) => -1,
        (false, true) => 1,
        _ when System.Version.TryParse(version, out var number) && System.Version.TryParse(other, out var otherNumber) =>
            number.CompareTo(otherNumber),
        _ => string.Compare(version, other, StringComparison.OrdinalIgnoreCase),
    };
}
