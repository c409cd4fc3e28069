using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Tasks;

/// <summary>Tries every hour, and at startup, to remove what the clean-ups of ended runs could not remove.</summary>
sealed partial class CleanUpLeftovers(ILeftovers leftovers, ITaskStore store, TransferPlugins plugins, ILogger<CleanUpLeftovers> logger)
{
    // One function should end in some minutes; what is not reached now is tried first after a restart or in an hour.
    static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(2);

    [Function(nameof(CleanUpLeftovers))]
    public async Task RunAsync([TimerTrigger("0 47 * * * *", RunOnStartup = true)] TimerInfo timer, CancellationToken cancellationToken)
    {
        foreach (var (taskId, runId) in await leftovers.ListRunsAsync(null, cancellationToken))
        {
            if (await store.GetAsync(taskId, cancellationToken) is not { } task
                || task is { RunState: RunState.Running } && task.CurrentRunId == runId
                || plugins.Find(task.Type, task.Engine) is not { } plugin)
                continue;
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            enough.CancelAfter(LongestRun);
            try
            {
                await plugin.CleanUpAsync(new RunRequest(taskId, runId, task.ParameterValues().Values), enough.Token);
                LogCleanedUp(taskId, runId);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogStillLeft(e, taskId, runId);
            }
        }
    }

    [LoggerMessage(2221, LogLevel.Information, "Task {TaskId}: what run {RunId} had left behind was removed.")]
    partial void LogCleanedUp(string taskId, string runId);

    [LoggerMessage(2222, LogLevel.Warning, "Task {TaskId}: what run {RunId} had left behind could not be removed; retrying in an hour.")]
    partial void LogStillLeft(Exception exception, string taskId, string runId);
}
