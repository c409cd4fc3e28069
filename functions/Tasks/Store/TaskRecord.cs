using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Tasks.Store;

/// <summary>Where a task is in its life. The names are those of the prior system's API, and <see cref="Paused"/>.</summary>
enum TaskProgress
{
    /// <summary>A run is about to begin.</summary>
    Starting,

    /// <summary>A run is under way, or the next one of a schedule is waited for.</summary>
    InProgress,

    /// <summary>No run begins until the task is resumed.</summary>
    Paused,

    /// <summary>The run is being ended and what it left behind removed.</summary>
    Stopping,

    /// <summary>Stopped for good.</summary>
    Stopped,

    /// <summary>The last run of the task ended and nothing failed.</summary>
    Done,

    /// <summary>The last run failed, as a whole or for some items.</summary>
    Error,
}

/// <summary>How often a task runs.</summary>
enum ScheduleType
{
    /// <summary>Once, at once.</summary>
    OneTime,

    /// <summary>At once, and then at the times of <c>ec2CronExpression</c>.</summary>
    FixedRate,
}

/// <summary>What kind of failure a task shows.</summary>
enum TaskErrorCode
{
    /// <summary>A plugin stack failed.</summary>
    CfnError,

    /// <summary>The source or the destination could not be listed and compared.</summary>
    FinderError,

    /// <summary>The run ended, and some items failed.</summary>
    CompleteCheckError,

    /// <summary>Anything else.</summary>
    UnKnown,
}

/// <summary>Whether a task's newest run is under way.</summary>
enum RunState
{
    /// <summary>There was no run yet.</summary>
    None,

    /// <summary>It began and has not ended.</summary>
    Running,

    /// <summary>It ended and its result is recorded.</summary>
    Finished,
}

/// <summary>What is to be done next, outside of the schedule.</summary>
enum WantedRun
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A run.</summary>
    Full,

    /// <summary>A run of what failed in <see cref="TaskRecord.RetryOf"/>.</summary>
    Retry,
}

/// <summary>A parameter of a task, as it was sent.</summary>
sealed record TaskParameter(string Key, string? Value);

/// <summary>A task, as it is stored. What it is and what it waits for is here; history only carries it out.</summary>
sealed record TaskRecord
{
    /// <summary>UUID in its usual form, and the id of the task's orchestration.</summary>
    public required string Id { get; init; }

    /// <summary>The type of its plugin.</summary>
    public required string Type { get; init; }

    /// <summary>What copies its items.</summary>
    public TaskEngine Engine { get; init; } = TaskEngine.Hub;

    public string? Description { get; init; }

    public required ScheduleType ScheduleType { get; init; }

    public required IReadOnlyList<TaskParameter> Parameters { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StoppedAt { get; init; }

    public TaskProgress Progress { get; init; } = TaskProgress.Starting;

    public TaskErrorCode? ErrorCode { get; init; }

    public string? ErrorMessage { get; init; }

    /// <summary>Runs begun so far; the number of the newest one.</summary>
    public int RunCount { get; init; }

    /// <summary>The state of the newest run.</summary>
    public RunState RunState { get; init; }

    /// <summary>The run whose failures the newest run tries again, or the next one when <see cref="Wanted"/> is a retry.</summary>
    public string? RetryOf { get; init; }

    public WantedRun Wanted { get; init; } = WantedRun.Full;

    /// <summary>
    /// When the schedule begins the next run. Set when a run begins: if that time passes while the run is under way, the next one
    /// begins at once after it.
    /// </summary>
    public DateTimeOffset? NextRunAt { get; init; }

    /// <summary>The newest run's id, or null before the first.</summary>
    public string? CurrentRunId => RunCount == 0 ? null : RunIdOf(RunCount);

    /// <summary>The parameters by name. A name that was sent twice is refused at creation.</summary>
    public TaskParameters ParameterValues() =>
        new(
            Parameters.Where(parameter => parameter.Value is not null).ToDictionary(
                parameter => parameter.Key, parameter => parameter.Value!));

    /// <summary>The id of the task's run of that number.</summary>
    public string RunIdOf(int number) => $"{Id}-r{number}";
}
