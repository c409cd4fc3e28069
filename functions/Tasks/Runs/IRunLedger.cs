namespace DataTransferHub.Tasks.Runs;

/// <summary>
/// The durable record of what each run found and did, written by activities and read by the API. Every write is an upsert whose key
/// identifies the reported work, so an activity that runs twice counts once and the sums are exact at any time.
/// </summary>
interface IRunLedger
{
    /// <summary>Creates the run's record. Does nothing if it exists.</summary>
    Task StartRunAsync(string runId, string taskId, CancellationToken cancellationToken);

    /// <summary>Records one batch of findings; replaces what the same batch reported before.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="batch">The batch's number in the run, from 0.</param>
    /// <param name="findings">What it found.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    Task RecordBatchAsync(string runId, int batch, BatchFindings findings, CancellationToken cancellationToken);

    /// <summary>
    /// Records the outcome of one unit of work; replaces what the same unit, and every unit whose id starts with
    /// <paramref name="unitId"/> and a slash, reported before. So the parts of a large item report under
    /// <c>{unit}/{part}</c> while it is being copied, and the item replaces them when it is done.
    /// A part that reports after its item is ignored, so the order of the reports does not matter.
    /// </summary>
    Task RecordUnitAsync(string runId, string unitId, UnitOutcome outcome, CancellationToken cancellationToken);

    /// <summary>
    /// Removes the reports of a unit's parts (<see cref="RecordUnitAsync"/>), because the parts were deleted again. Does nothing if the
    /// unit has reported as a whole.
    /// </summary>
    Task DiscardPartsAsync(string runId, string unitId, CancellationToken cancellationToken);

    /// <summary>
    /// Closes the run's record, whatever ended the run: the phase becomes <see cref="RunPhase.Finished"/>, the rate no longer changes, and
    /// items that were found but not tried count as failed. Later reports still count, until the run is compacted
    /// (<see cref="IRunRetention"/>). Activities that still work for the run end (<see cref="RunWatch"/>).
    /// </summary>
    Task FinishRunAsync(string runId, CancellationToken cancellationToken);

    /// <summary>Records what the run waits for, or with null that it goes on. Does nothing if the run has ended.</summary>
    Task RecordWaitAsync(string runId, RunWait? wait, CancellationToken cancellationToken);

    /// <summary>Whether the run has started and has not ended.</summary>
    Task<bool> IsOpenAsync(string runId, CancellationToken cancellationToken);

    /// <summary>The run's current progress, or null if there is no such run.</summary>
    Task<RunProgress?> GetProgressAsync(string runId, CancellationToken cancellationToken);

    /// <summary>
    /// Items that failed in the run, in key order, starting after <paramref name="afterKey"/>; at most <paramref name="count"/>.
    /// </summary>
    Task<IReadOnlyList<FailedItem>> ListFailedAsync(string runId, string? afterKey, int count, CancellationToken cancellationToken);
}

/// <summary>What one batch of the search for changes found. <c>Found = Skipped + ToCopy</c>.</summary>
/// <param name="Found">Items in scope in the source.</param>
/// <param name="BytesFound">Their bytes.</param>
/// <param name="Skipped">Items that are not copied: unchanged ones, and <paramref name="Archived"/>.</param>
/// <param name="ToCopy">Items to copy.</param>
/// <param name="BytesToCopy">Their bytes.</param>
/// <param name="IsLast">Whether the search is complete with this batch.</param>
/// <param name="Archived">Items that must be restored from an archive before they can be read; 0 in histories of version 0.1.0.</param>
sealed record BatchFindings(
    long Found, long BytesFound, long Skipped, long ToCopy, long BytesToCopy, bool IsLast, long Archived = 0);

/// <summary>The outcome of one unit of work.</summary>
/// <param name="Copied">Items copied and verified.</param>
/// <param name="BytesCopied">Bytes copied.</param>
/// <param name="Vanished">Items that were deleted from the source in the meantime: a listing made since then no longer has them.</param>
/// <param name="Failed">Items that failed, each with its reason. Their number is the failed count.</param>
/// <param name="Archived">Items that have to be restored from an archive before they can be read.</param>
sealed record UnitOutcome(long Copied, long BytesCopied, long Vanished, IReadOnlyList<FailedItem> Failed, long Archived = 0)
{
    /// <summary>Items that were neither copied nor have failed.</summary>
    public long Skipped => Vanished + Archived;
}

/// <summary>What a run waits for, before it goes on by itself.</summary>
/// <param name="Reason">What happened, and what to do about it; never a secret.</param>
/// <param name="Since">Since when, UTC.</param>
/// <param name="NextAttempt">When the run tries again, UTC.</param>
public sealed record RunWait(string Reason, DateTimeOffset Since, DateTimeOffset NextAttempt);

/// <summary>An item that failed permanently.</summary>
/// <param name="Key">Its key in the source.</param>
/// <param name="Version">What the plugin needs to retry it (for objects: the listed size and ETag as JSON).</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Error">Why it failed and what to do; never a secret.</param>
sealed record FailedItem(string Key, string Version, long Size, int Attempts, string Error);
