using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Tasks;

/// <summary>Log messages about the lifecycle of tasks.</summary>
static partial class TaskLog
{
    /// <summary>Logs the end of a run, with its counts and, if it failed, the reason.</summary>
    public static void RunEnded(ILogger logger, RunEnd end, RunProgress? run, TaskErrorCode? code, string? reason)
    {
        var (found, copied, failed) = (run?.Found ?? 0, run?.Copied ?? 0, run?.Failed ?? 0);
        var (unchanged, vanished, archived) = (run?.Unchanged ?? 0, run?.Vanished ?? 0, run?.Archived ?? 0);
        if (code is null)
            RunDone(logger, end.TaskId, end.RunId, found, copied, unchanged, vanished, archived);
        else
            RunFailed(logger, end.TaskId, end.RunId, code.Value, found, copied, failed, unchanged, vanished, archived, reason);
    }

    [LoggerMessage(2201, LogLevel.Information, "Task {TaskId} was created ({Type}, {Engine}, {Schedule}).")]
    public static partial void Created(ILogger logger, string taskId, string type, TaskEngine engine, ScheduleType schedule);

    [LoggerMessage(2202, LogLevel.Information, "Task {TaskId} is being stopped.")]
    public static partial void StopRequested(ILogger logger, string taskId);

    [LoggerMessage(2204, LogLevel.Information, "Task {TaskId} was paused.")]
    public static partial void Paused(ILogger logger, string taskId);

    [LoggerMessage(2205, LogLevel.Information, "Task {TaskId} was resumed.")]
    public static partial void Resumed(ILogger logger, string taskId);

    [LoggerMessage(2203, LogLevel.Information, "Task {TaskId} has stopped. {Failure}")]
    public static partial void Stopped(ILogger logger, string taskId, string? failure);

    [LoggerMessage(2210, LogLevel.Information, "Task {TaskId}: run {RunId} has started.")]
    public static partial void RunBegun(ILogger logger, string taskId, string runId);

    [LoggerMessage(
        2211,
        LogLevel.Information,
        "Task {TaskId}: run {RunId} is done. Of {Found} items, {Copied} were copied, {Unchanged} are unchanged, {Vanished} have vanished "
        + "and {Archived} are archived.")]
    static partial void RunDone(
        ILogger logger, string taskId, string runId, long found, long copied, long unchanged, long vanished, long archived);

    [LoggerMessage(
        2212,
        LogLevel.Warning,
        "Task {TaskId}: run {RunId} ended with {Code}. "
        + "Of {Found} items, {Copied} were copied, {Failed} failed, {Unchanged} are unchanged, {Vanished} have vanished and {Archived} are "
        + "archived. {Reason}")]
    static partial void RunFailed(
        ILogger logger,
        string taskId,
        string runId,
        TaskErrorCode code,
        long found,
        long copied,
        long failed,
        long unchanged,
        long vanished,
        long archived,
        string? reason);
}
