namespace DataTransferHub.Tasks.DryRuns;

/// <summary>The state of a dry run.</summary>
enum DryRunState
{
    /// <summary>It searches.</summary>
    Running,

    /// <summary>It has found everything.</summary>
    Done,

    /// <summary>It has ended early.</summary>
    Error,
}

/// <summary>The newest dry run of a task: a search for what would be copied.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Number">Its number among the task's dry runs, from 1.</param>
/// <param name="State">Its state.</param>
/// <param name="Counts">What it has found so far.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="EndedAt">When it ended, or null.</param>
/// <param name="Error">Why it ended early and what to do about it, or null.</param>
sealed record DryRun(
    string TaskId, int Number, DryRunState State, DryRunCounts Counts, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? Error)
{
    /// <summary>Its id: that of its orchestration, and of its folder in the work area.</summary>
    public string Id => $"{TaskId}-d{Number}";
}

/// <summary>Counts of a dry run.</summary>
/// <param name="Found">Items found in the source that are in scope.</param>
/// <param name="ToCopy">Items that would be copied.</param>
/// <param name="Bytes">Their bytes.</param>
sealed record DryRunCounts(long Found, long ToCopy, long Bytes)
{
    /// <summary>The sum of both.</summary>
    public DryRunCounts Add(DryRunCounts other) => new(Found + other.Found, ToCopy + other.ToCopy, Bytes + other.Bytes);
}
