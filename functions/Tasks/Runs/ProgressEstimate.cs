namespace DataTransferHub.Tasks.Runs;

/// <summary>A run's row in the ledger. Times are milliseconds since 1970.</summary>
sealed record RunRow(
    string RunId,
    long StartedAt,
    long? FinishedAt,
    long Found,
    long BytesFound,
    long SkippedWhenFound,
    long ToCopy,
    long BytesToCopy,
    long LastBatches,
    long Copied,
    long BytesCopied,
    long SkippedWhenCopied,
    long Failed,
    long BytesFailed,
    long ArchivedWhenFound,
    long ArchivedWhenCopied,
    string? WaitReason = null,
    long? WaitSince = null,
    long? WaitUntil = null)
{
    /// <summary>What the run waits for, or null.</summary>
    public RunWait? Wait => WaitReason is null ? null : new RunWait(
        WaitReason, DateTimeOffset.FromUnixTimeMilliseconds(WaitSince ?? 0), DateTimeOffset.FromUnixTimeMilliseconds(WaitUntil ?? 0));
}

/// <summary>What was copied within the rate window.</summary>
sealed record RateRow(long Items, long Bytes);

/// <summary>Phase, rate and time left of a run, from its sums.</summary>
static class ProgressEstimate
{
    /// <summary>Length of the window for the current rate.</summary>
    public static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(15);

    public static RunProgress Of(RunRow run, RateRow recent, DateTimeOffset now)
    {
        var startedAt = DateTimeOffset.FromUnixTimeMilliseconds(run.StartedAt);
        DateTimeOffset? finishedAt = run.FinishedAt is { } ended ? DateTimeOffset.FromUnixTimeMilliseconds(ended) : null;
        var seconds = Math.Max(0.001, ((finishedAt ?? now) - startedAt).TotalSeconds);
        var window = Math.Max(1, Math.Min(RateWindow.TotalSeconds, seconds));
        var (items, bytes) = finishedAt is null
            ? (recent.Items / window, recent.Bytes / window)
            : (run.Copied / seconds, run.BytesCopied / seconds);

        var isAllFound = run.LastBatches > 0;
        var phase = finishedAt is not null ? RunPhase.Finished
            : isAllFound ? RunPhase.Copying
            : RunPhase.FindingAndCopying;

        // A unit may report before its batch does, and after the run has ended. Every tried item was found, and every item found but not
        // tried when the run ended has failed. This is derived here and never stored, so that the sum is right whatever arrives later.
        var tried = run.Copied + run.Failed + run.SkippedWhenCopied;
        var found = Math.Max(run.Found, tried + run.SkippedWhenFound);
        var notTried = finishedAt is null ? 0 : found - tried - run.SkippedWhenFound;
        return new RunProgress(
            run.RunId, phase, found, run.BytesFound, Math.Max(run.ToCopy, tried), run.BytesToCopy, run.Copied, run.BytesCopied,
            run.Failed + notTried, notTried, run.SkippedWhenFound - run.ArchivedWhenFound,
            run.SkippedWhenCopied - run.ArchivedWhenCopied, run.ArchivedWhenFound + run.ArchivedWhenCopied, isAllFound,
            Math.Max(0, bytes), Math.Max(0, items), SecondsLeft(run, phase, items, bytes), startedAt, finishedAt, run.Wait);
    }

    // The slower of the two rates decides: small items are limited by their number, large ones by their bytes.
    static double? SecondsLeft(RunRow run, RunPhase phase, double itemsPerSecond, double bytesPerSecond)
    {
        if (phase is RunPhase.Finished)
            return 0;
        if (phase is RunPhase.FindingAndCopying)
            return null;

        var itemsLeft = run.ToCopy - run.Copied - run.Failed - run.SkippedWhenCopied;
        if (itemsLeft <= 0)
            return 0;

        var bytesLeft = Math.Max(0, run.BytesToCopy - run.BytesCopied - run.BytesFailed);
        double? byBytes = bytesPerSecond > 0 ? bytesLeft / bytesPerSecond : null;
        double? byItems = itemsPerSecond > 0 ? itemsLeft / itemsPerSecond : null;
        if (bytesLeft == 0)
            return byItems;
        return byBytes is null ? null : Math.Max(byBytes.Value, byItems ?? 0);
    }
}
