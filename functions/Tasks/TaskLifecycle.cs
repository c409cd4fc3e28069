using DataTransferHub.Tasks.Schedules;
using DataTransferHub.Tasks.Store;

namespace DataTransferHub.Tasks;

/// <summary>
/// Every change of a task's record, as pure functions of the record. A change that does not apply to the record's state returns it
/// unchanged, so each may be requested twice, late, or concurrently.
/// </summary>
static class TaskLifecycle
{
    /// <summary>Whether the task's orchestration has anything left to do.</summary>
    public static bool IsUnsettled(TaskRecord task) =>
        task.Progress is TaskProgress.Starting or TaskProgress.Stopping or TaskProgress.InProgress
        || task.RunState is RunState.Running
        || (task.Progress is not (TaskProgress.Stopped or TaskProgress.Paused) && task.NextRunAt is not null);

    /// <summary>Whether the task may still need its secrets.</summary>
    public static bool IsLive(TaskRecord task) => task.Progress is not (TaskProgress.Stopped or TaskProgress.Done);

    /// <summary>Starts the run that is due, if any.</summary>
    public static TaskRecord BeginDueRun(TaskRecord task, DateTimeOffset now)
    {
        if (task.Progress is TaskProgress.Stopping or TaskProgress.Stopped or TaskProgress.Paused || task.RunState is RunState.Running)
            return task;

        var isTime = task.NextRunAt <= now;
        if (task.Wanted is WantedRun.None && !isTime)
            return task;

        // The next time is set now, not when the run ends: if one or more times pass during the run, one run is due immediately after it.
        // If a scheduled time is due, a retry becomes a full run, which also finds the failed items; a retry would miss that time.
        return task with
        {
            Progress = TaskProgress.InProgress,
            RunCount = task.RunCount + 1,
            RunState = RunState.Running,
            RetryOf = task.Wanted is WantedRun.Retry && !isTime ? task.RetryOf : null,
            Wanted = WantedRun.None,
            NextRunAt = NextTime(task, now),
            ErrorCode = null,
            ErrorMessage = null,
        };
    }

    /// <summary>
    /// Repairs a task that waits for its schedule but has no next time: it gets one, or ends. Earlier versions left tasks in this state
    /// after the last time of their schedule.
    /// </summary>
    public static TaskRecord RestoreSchedule(TaskRecord task, DateTimeOffset now) =>
        task is { ScheduleType: ScheduleType.FixedRate, Progress: TaskProgress.InProgress, RunState: RunState.Finished }
        && task is { Wanted: WantedRun.None, NextRunAt: null }
            ? AwaitNextTime(task, now)
            : task;

    /// <summary>
    /// Records that the run ended. A task without further runs is done or in error; any other waits for its next time.
    /// </summary>
    public static TaskRecord FinishRun(TaskRecord task, string runId, TaskErrorCode? code, string? message, DateTimeOffset now)
    {
        if (task.CurrentRunId != runId || task.RunState is not RunState.Running)
            return task;

        var finished = task with { RunState = RunState.Finished, ErrorCode = code, ErrorMessage = message };
        return task.Progress switch
        {
            TaskProgress.InProgress => AwaitNextTime(finished, now),
            // It was about to end when it was paused, and nothing is left to resume.
            TaskProgress.Paused when (task.NextRunAt ?? NextTime(task, now)) is null => AwaitNextTime(finished, now),
            _ => finished,
        };
    }

    static TaskRecord AwaitNextTime(TaskRecord task, DateTimeOffset now)
    {
        // The time was set when the run started, except by an earlier version.
        if ((task.NextRunAt ?? NextTime(task, now)) is not { } next)
            return task with { Progress = task.ErrorCode is null ? TaskProgress.Done : TaskProgress.Error };

        // A schedule continues after a run with failed items: the next run finds them again. It also continues after a run that failed as a
        // whole, and shows the error until the next run.
        return task with
        {
            Progress = task.ErrorCode is null or TaskErrorCode.CompleteCheckError ? TaskProgress.InProgress : TaskProgress.Error,
            NextRunAt = next,
        };
    }

    // Without a schedule, what the single run has set up continues by itself (ITransferPlugin.NeedsSchedule).
    static DateTimeOffset? NextTime(TaskRecord task, DateTimeOffset now) =>
        task.ScheduleType is ScheduleType.OneTime || task.ParameterValues().Get(TaskParameterNames.Schedule) is not { Length: > 0 } schedule
            ? null
            : CronSchedule.Parse(schedule).Next(now);

    /// <summary>Requests that the task do nothing until it is resumed: its run, if one is in progress, waits.</summary>
    public static TaskRecord RequestPause(TaskRecord task) => CanPause(task) ? task with { Progress = TaskProgress.Paused } : task;

    /// <summary>Whether there is anything to pause: a run in progress, or one that is still to come.</summary>
    public static bool CanPause(TaskRecord task) =>
        task.Progress is TaskProgress.Starting or TaskProgress.InProgress || task is { Progress: TaskProgress.Error, NextRunAt: not null };

    /// <summary>Requests that a paused task go on. A time of its schedule that has passed meanwhile is made up for once.</summary>
    public static TaskRecord RequestResume(TaskRecord task, DateTimeOffset now) => task switch
    {
        { Progress: not TaskProgress.Paused } => task,
        { RunState: RunState.Running } => task with { Progress = TaskProgress.InProgress },
        { Wanted: not WantedRun.None } => task with { Progress = TaskProgress.Starting },
        _ => AwaitNextTime(task with { Progress = TaskProgress.InProgress }, now),
    };

    /// <summary>Requests that the task stop. Possible in every state; it cannot be undone.</summary>
    public static TaskRecord RequestStop(TaskRecord task) =>
        task.Progress is TaskProgress.Stopping or TaskProgress.Stopped
            ? task
            : task with { Progress = TaskProgress.Stopping, Wanted = WantedRun.None, NextRunAt = null };

    /// <summary>Records that the task has stopped.</summary>
    public static TaskRecord Stop(TaskRecord task, string? cleanUpFailure, DateTimeOffset now) =>
        task.Progress is not TaskProgress.Stopping ? task : task with
        {
            Progress = TaskProgress.Stopped,
            StoppedAt = now,
            RunState = task.RunState is RunState.Running ? RunState.Finished : task.RunState,
            ErrorCode = cleanUpFailure is null ? task.ErrorCode : TaskErrorCode.UnKnown,
            ErrorMessage = cleanUpFailure ?? task.ErrorMessage,
        };

    /// <summary>Requests a retry of what failed.</summary>
    /// <param name="task">The task, with no run in progress.</param>
    /// <param name="areFailuresAll">
    /// Whether the failures in the newest run's ledger are all that is missing, because the run found and tried everything. Only then, and
    /// only if the run ended normally, are they retried alone. Otherwise the whole task runs again.
    /// </param>
    public static TaskRecord RequestRetry(TaskRecord task, bool areFailuresAll)
    {
        if (!CanRetry(task))
            return task;

        var isAlone = areFailuresAll && task.ErrorCode is TaskErrorCode.CompleteCheckError;
        return task with
        {
            Progress = TaskProgress.Starting,
            Wanted = isAlone ? WantedRun.Retry : WantedRun.Full,
            RetryOf = isAlone ? task.CurrentRunId : null,
        };
    }

    /// <summary>Whether a retry can be requested now.</summary>
    public static bool CanRetry(TaskRecord task) =>
        task is { RunState: RunState.Finished, ErrorCode: not null, Wanted: WantedRun.None }
        && task.Progress is TaskProgress.Error or TaskProgress.InProgress;
}
