namespace DataTransferHub.Tasks.DryRuns;

/// <summary>Why an item is to be copied.</summary>
enum CopyReason
{
    /// <summary>The destination does not have it.</summary>
    Missing,

    /// <summary>The two ends have different sizes.</summary>
    Size,

    /// <summary>The two ends have different checksums.</summary>
    Checksum,

    /// <summary>The source has another version than the one that was copied last.</summary>
    Version,

    /// <summary>The source is newer than the copy, and nothing better can be compared.</summary>
    Newer,

    /// <summary>The copy could not be shown to be right when it was written.</summary>
    Unproven,

    /// <summary>The task copies without comparing.</summary>
    NotCompared,
}
