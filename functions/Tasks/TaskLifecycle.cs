using DataTransferHub.Tasks.Schedules;

namespace DataTransferHub.Tasks;

/// <summary>
/// Every change of a task's record, as plain functions of the record. A change that does not fit the record's state leaves it as
/// it is, so each may be asked for twice, late, or by two at once.
/// </summary>
static class TaskLifecycle
{
    /// <summary>Whether the task's orchestration has anything left to do.</summary>
    public static bool IsUnsettled(TaskRecord task) =>
        task.Progress is TaskProgress.Starting or TaskProgress.Stopping or TaskProgress.InProgress
        || task.RunState is RunState.Running
        || (task.Progress is not TaskProgress.Stopped && task.NextRunAt is not null);

    /// <summary>Whether the task may still need the secrets it names.</summary>
    public static bool IsLive(TaskRecord task) => task.Progress is not (TaskProgress.Stopped or TaskProgress.Done);

    /// <summary>Begins the run that is due, if one is.</summary>
    public static TaskRecord BeginDueRun(TaskRecord task, DateTimeOffset now)
    {
        if (task.Progress is TaskProgress.Stopping or TaskProgress.Stopped || task.RunState is RunState.Running)
            return task;

        var isDue = task.Wanted is not WantedRun.None || task.NextRunAt <= now;
        return !isDue ? task : task with
        {
            Progress = TaskProgress.InProgress,
            RunCount = task.RunCount + 1,
            RunState = RunState.Running,
            RetryOf = task.Wanted is WantedRun.Retry ? task.RetryOf : null,
            Wanted = WantedRun.None,
            NextRunAt = null,
            ErrorCode = null,
            ErrorMessage = null,
        };
    }

    /// <summary>Records that the run ended, and when the next one is due.</summary>
    public static TaskRecord FinishRun(TaskRecord task, string runId, TaskErrorCode? code, string? message, DateTimeOffset now)
    {
        if (task.CurrentRunId != runId || task.RunState is not RunState.Running)
            return task;

        var finished = task with { RunState = RunState.Finished, ErrorCode = code, ErrorMessage = message };
        if (task.Progress is not TaskProgress.InProgress)
            return finished;
        if (task.ScheduleType is ScheduleType.OneTime)
            return finished with { Progress = code is null ? TaskProgress.Done : TaskProgress.Error };

        // A schedule goes on after a run in which some items failed: the next run finds them again. It goes on after a run that
        // failed as a whole too, and shows the error until then.
        return finished with
        {
            Progress = code is null or TaskErrorCode.CompleteCheckError ? TaskProgress.InProgress : TaskProgress.Error,
            NextRunAt = CronSchedule.Parse(task.ParameterValues().Get(TaskParameterNames.Schedule)).Next(now),
        };
    }

    /// <summary>Asks for the end of the task. Possible in every state; nothing can take it back.</summary>
    public static TaskRecord RequestStop(TaskRecord task) =>
        task.Progress is TaskProgress.Stopping or TaskProgress.Stopped
            ? task
            : task with { Progress = TaskProgress.Stopping, Wanted = WantedRun.None, NextRunAt = null };

    /// <summary>Records that nothing of the task is left running.</summary>
    public static TaskRecord Stop(TaskRecord task, string? cleanUpFailure, DateTimeOffset now) =>
        task.Progress is not TaskProgress.Stopping ? task : task with
        {
            Progress = TaskProgress.Stopped,
            StoppedAt = now,
            RunState = task.RunState is RunState.Running ? RunState.Finished : task.RunState,
            ErrorCode = cleanUpFailure is null ? task.ErrorCode : TaskErrorCode.UnKnown,
            ErrorMessage = cleanUpFailure ?? task.ErrorMessage,
        };

    /// <summary>Asks for what failed to be tried again.</summary>
    /// <param name="task">The task, with no run under way.</param>
    /// <param name="hasFailedItems">Whether the newest run recorded items that failed; if not, it failed as a whole and is done again.</param>
    public static TaskRecord RequestRetry(TaskRecord task, bool hasFailedItems)
    {
        if (!CanRetry(task))
            return task;

        // A retry that failed before it could try anything leaves the failures where they were.
        var retryOf = hasFailedItems ? task.CurrentRunId : task.RetryOf;
        return task with
        {
            Progress = TaskProgress.Starting,
            Wanted = retryOf is null ? WantedRun.Full : WantedRun.Retry,
            RetryOf = retryOf,
        };
    }

    /// <summary>Whether a retry can be asked for now.</summary>
    public static bool CanRetry(TaskRecord task) =>
        task is { RunState: RunState.Finished, ErrorCode: not null, Wanted: WantedRun.None }
        && task.Progress is TaskProgress.Error or TaskProgress.InProgress;
}
