namespace DataTransferHub.Tasks.Runs;

/// <summary>What a run is doing.</summary>
public enum RunPhase
{
    /// <summary>Both sides are being listed and compared, and changes are copied as they are found.</summary>
    FindingAndCopying,

    /// <summary>All changes are found; the remaining ones are being copied.</summary>
    Copying,

    /// <summary>The run has ended.</summary>
    Finished,
}

/// <summary>
/// A run's counts at one point in time, summed from durable records. While it runs, <c>Found &gt;= Copied + Unchanged + Vanished + Archived
/// + Failed</c>; after it has ended for any reason, both sides are equal.
/// </summary>
/// <param name="RunId">The run.</param>
/// <param name="Phase">What it is doing.</param>
/// <param name="Found">Items in scope found so far.</param>
/// <param name="BytesFound">Their bytes.</param>
/// <param name="ToCopy">Items to copy found so far.</param>
/// <param name="BytesToCopy">Their bytes.</param>
/// <param name="Copied">Items copied and verified.</param>
/// <param name="BytesCopied">Bytes copied and verified.</param>
/// <param name="Failed">Items that failed, plus <paramref name="NotTried"/>.</param>
/// <param name="NotTried">Items found that had not been tried when the run ended. 0 while it runs.</param>
/// <param name="Unchanged">Items that needed no copy.</param>
/// <param name="Vanished">Items that were deleted from the source before they could be copied.</param>
/// <param name="Archived">Items that must be restored from an archive before they can be read.</param>
/// <param name="IsAllFound">Whether the search is complete.</param>
/// <param name="BytesPerSecond">Rate over the last seconds while running, over the whole run when finished.</param>
/// <param name="ItemsPerSecond">Rate over the last seconds while running, over the whole run when finished.</param>
/// <param name="SecondsLeft">Estimated seconds left, or null while it cannot be estimated.</param>
/// <param name="StartedAt">When the run started, UTC.</param>
/// <param name="FinishedAt">When it ended, UTC, or null.</param>
/// <param name="Wait">What it waits for, or null.</param>
sealed record RunProgress(
    string RunId,
    RunPhase Phase,
    long Found,
    long BytesFound,
    long ToCopy,
    long BytesToCopy,
    long Copied,
    long BytesCopied,
    long Failed,
    long NotTried,
    long Unchanged,
    long Vanished,
    long Archived,
    bool IsAllFound,
    double BytesPerSecond,
    double ItemsPerSecond,
    double? SecondsLeft,
    DateTimeOffset StartedAt,
    DateTimeOffset? FinishedAt,
    RunWait? Wait = null)
{
    /// <summary>Items that were neither copied nor have failed.</summary>
    public long Skipped => Unchanged + Vanished + Archived;

    /// <summary>Whether the run has ended and found and tried everything: only the items that it recorded as failed are missing.</summary>
    public bool IsComplete => FinishedAt is not null && IsAllFound && NotTried == 0;
}
