using DataTransferHub.Tasks.Schedules;
using DataTransferHub.Tasks.Store;

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

        var isTime = task.NextRunAt <= now;
        if (task.Wanted is WantedRun.None && !isTime)
            return task;

        // The next time is set now, not when the run ends: a time that passes meanwhile is then due at once, and once however many
        // pass. A time that has come makes a retry a whole run, which finds what failed too; a retry would let that time go by.
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
    /// Gives a task that waits for its schedule, but for no time, its next time or its end. Earlier versions left tasks so when the last
    /// time of their schedule had passed.
    /// </summary>
    public static TaskRecord RestoreSchedule(TaskRecord task, DateTimeOffset now) =>
        task is { ScheduleType: ScheduleType.FixedRate, Progress: TaskProgress.InProgress, RunState: RunState.Finished }
        && task is { Wanted: WantedRun.None, NextRunAt: null }
            ? AwaitNextTime(task, now)
            : task;

    /// <summary>
    /// Records that the run ended. A task that has no further run is done, or shows what failed; another waits for its next time.
    /// </summary>
    public static TaskRecord FinishRun(TaskRecord task, string runId, TaskErrorCode? code, string? message, DateTimeOffset now)
    {
        if (task.CurrentRunId != runId || task.RunState is not RunState.Running)
            return task;

        var finished = task with { RunState = RunState.Finished, ErrorCode = code, ErrorMessage = message };
        if (task.Progress is not TaskProgress.InProgress)
            return finished;
        return AwaitNextTime(finished, now);
    }

    static TaskRecord AwaitNextTime(TaskRecord task, DateTimeOffset now)
    {
        // The time is known since the run began, save for a run that an earlier version began.
        if ((task.NextRunAt ?? NextTime(task, now)) is not { } next)
            return task with { Progress = task.ErrorCode is null ? TaskProgress.Done : TaskProgress.Error };

        // A schedule goes on after a run in which some items failed: the next run finds them again. It goes on after a run that
        // failed as a whole too, and shows the error until then.
        return task with
        {
            Progress = task.ErrorCode is null or TaskErrorCode.CompleteCheckError ? TaskProgress.InProgress : TaskProgress.Error,
            NextRunAt = next,
        };
    }

    // Without a schedule, what the one run has set up goes on by itself (ITransferPlugin.NeedsSchedule).
    static DateTimeOffset? NextTime(TaskRecord task, DateTimeOffset now) =>
        task.ScheduleType is ScheduleType.OneTime || task.ParameterValues().Get(TaskParameterNames.Schedule) is not { Length: > 0 } schedule
            ? null
            : CronSchedule.Parse(schedule).Next(now);

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
    /// <param name="areFailuresAll">
    /// Whether the failures in the ledger of the newest run are all that is missing: it found and tried everything.
    /// Only then, and only after a run that ended regularly, are they retried alone. Else the whole task runs again.
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

    /// <summary>Whether a retry can be asked for now.</summary>
    public static bool CanRetry(TaskRecord task) =>
        task is { RunState: RunState.Finished, ErrorCode: not null, Wanted: WantedRun.None }
        && task.Progress is TaskProgress.Error or TaskProgress.InProgress;
}
