namespace DataTransferHub.Objects.Finding;

/// <summary>Where a search goes on.</summary>
/// <param name="Key">After this key; null at the start, or if the search has found no key yet.</param>
/// <param name="Token">
/// The token of the place, if the key does not determine it: that of the source between two pages, or that of a list of prefixes
/// (<see cref="SearchScope"/>).
/// </param>
/// <param name="To">The last key that may be found, or null for all.</param>
readonly record struct SearchPosition(string? Key, string? Token, string? To = null)
{
    /// <summary>The position of a search that is complete.</summary>
    public static readonly SearchPosition End;
}
