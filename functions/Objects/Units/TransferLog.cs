using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Plugins;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Objects.Units;

/// <summary>Log messages about a run's work, with task, run and item. Never with a secret, a signature or a signed URL.</summary>
sealed partial class TransferLog(ILogger logger, RunRequest run)
{
    /// <summary>A request failed and is retried after a pause.</summary>
    public void Retrying(string? item, StoreException fault, int attempt, TimeSpan pause)
    {
        if (fault.Fault == StoreFault.Throttled)
            LogThrottled(logger, run.TaskId, run.RunId, item, fault.Side, attempt, pause);
        else
            LogRetrying(logger, run.TaskId, run.RunId, item, attempt, pause, fault.Message);
    }

    /// <summary>An upload was aborted, and its parts removed.</summary>
    public void UploadAbandoned(string item, UploadSession session) =>
        LogUploadAbandoned(logger, run.TaskId, run.RunId, item, session.Value);

    /// <summary>An upload could not be aborted; the run's clean-up retries.</summary>
    public void UploadNotAbandoned(string item, UploadSession session, string fault) =>
        LogUploadNotAbandoned(logger, run.TaskId, run.RunId, item, session.Value, fault);

    /// <summary>The stored object is not proven to be what was sent.</summary>
    public void NotProven(string item, string found) => LogNotProven(logger, run.TaskId, run.RunId, item, found);

    /// <summary>An item failed permanently.</summary>
    public void ItemFailed(string item, int attempts, string error) => LogItemFailed(logger, run.TaskId, run.RunId, item, attempts, error);

    /// <summary>A unit of work is done.</summary>
    public void UnitFinished(string unit, UnitResult result) =>
        LogUnitFinished(logger, run.TaskId, run.RunId, unit, result.Copied, result.Failed, result.Skipped, result.BytesCopied);

    [LoggerMessage(
        2100, LogLevel.Information, "Task {TaskId}, run {RunId}, '{Item}': attempt {Attempt} failed; retrying in {Pause}. {Fault}")]
    static partial void LogRetrying(ILogger logger, string taskId, string runId, string? item, int attempt, TimeSpan pause, string fault);

    [LoggerMessage(
        2101,
        LogLevel.Information,
        "Task {TaskId}, run {RunId}, '{Item}': the {Side} throttles requests (attempt {Attempt}); retrying in {Pause}.")]
    static partial void LogThrottled(
        ILogger logger, string taskId, string runId, string? item, StoreSide side, int attempt, TimeSpan pause);

    [LoggerMessage(2111, LogLevel.Information, "Task {TaskId}, run {RunId}, '{Item}': upload {UploadId} was aborted.")]
    static partial void LogUploadAbandoned(ILogger logger, string taskId, string runId, string item, string uploadId);

    [LoggerMessage(
        2112,
        LogLevel.Warning,
        "Task {TaskId}, run {RunId}, '{Item}': upload {UploadId} could not be aborted; the run's clean-up retries. {Fault}")]
    static partial void LogUploadNotAbandoned(
        ILogger logger, string taskId, string runId, string item, string uploadId, string fault);

    [LoggerMessage(2120, LogLevel.Warning, "Task {TaskId}, run {RunId}, '{Item}': the copy is unproven: {Found}.")]
    static partial void LogNotProven(ILogger logger, string taskId, string runId, string item, string found);

    [LoggerMessage(2130, LogLevel.Warning, "Task {TaskId}, run {RunId}, '{Item}': failed after {Attempts} attempts. {Error}")]
    static partial void LogItemFailed(ILogger logger, string taskId, string runId, string item, int attempts, string error);

    [LoggerMessage(
        2131,
        LogLevel.Debug,
        "Task {TaskId}, run {RunId}, unit {Unit}: {Copied} copied, {Failed} failed, {Skipped} vanished or archived, {Bytes} bytes.")]
    static partial void LogUnitFinished(
        ILogger logger, string taskId, string runId, string unit, long copied, long failed, long skipped, long bytes);
}
