using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Tasks.Store;

/// <summary>The state of a task. The names are those of the prior system's API, plus <see cref="Paused"/>.</summary>
enum TaskProgress
{
    /// <summary>A run is about to start.</summary>
    Starting,

    /// <summary>A run is in progress, or the task waits for the next run of its schedule.</summary>
    InProgress,

    /// <summary>No run starts until the task is resumed.</summary>
    Paused,

    /// <summary>The run is being ended and cleaned up.</summary>
    Stopping,

    /// <summary>Stopped permanently.</summary>
    Stopped,

    /// <summary>The last run of the task ended without failures.</summary>
    Done,

    /// <summary>The last run failed, as a whole or for some items.</summary>
    Error,
}

/// <summary>How often a task runs.</summary>
enum ScheduleType
{
    /// <summary>Once, immediately.</summary>
    OneTime,

    /// <summary>Immediately, and then at the times of <c>ec2CronExpression</c>.</summary>
    FixedRate,
}

/// <summary>The kind of failure of a task.</summary>
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

/// <summary>Whether a task's newest run is in progress.</summary>
enum RunState
{
    /// <summary>There has been no run yet.</summary>
    None,

    /// <summary>It has started and not ended.</summary>
    Running,

    /// <summary>It ended and its result is recorded.</summary>
    Finished,
}

/// <summary>What was requested outside the schedule.</summary>
enum WantedRun
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A run.</summary>
    Full,

    /// <summary>A run of the items that failed in <see cref="TaskRecord.RetryOf"/>.</summary>
    Retry,
}

/// <summary>A parameter of a task, as it was sent.</summary>
sealed record TaskParameter(string Key, string? Value);

/// <summary>A task as it is stored. The record holds the desired state; the orchestration only carries it out.</summary>
sealed record TaskRecord
{
    /// <summary>A UUID in the usual form; also the id of the task's orchestration.</summary>
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

    /// <summary>Runs started so far; also the number of the newest run.</summary>
    public int RunCount { get; init; }

    /// <summary>The state of the newest run.</summary>
    public RunState RunState { get; init; }

    /// <summary>The run whose failures the newest run retries, or the next run if <see cref="Wanted"/> is a retry.</summary>
    public string? RetryOf { get; init; }

    public WantedRun Wanted { get; init; } = WantedRun.Full;

    /// <summary>
    /// When the schedule starts the next run. Set when a run starts: if that time passes while the run is in progress, the next run starts
    /// immediately after it.
    /// </summary>
    public DateTimeOffset? NextRunAt { get; init; }

    /// <summary>The newest run's id, or null before the first.</summary>
    public string? CurrentRunId => RunCount == 0 ? null : RunIdOf(RunCount);

    /// <summary>The parameters by name. Duplicate names are refused at creation.</summary>
    public TaskParameters ParameterValues() =>
        new(
            Parameters.Where(parameter => parameter.Value is not null).ToDictionary(
                parameter => parameter.Key, parameter => parameter.Value!));

    /// <summary>The id of the task's run with that number.</summary>
    public string RunIdOf(int number) => $"{Id}-r{number}";
}
