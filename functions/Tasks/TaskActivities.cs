using DataTransferHub.Storage;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Tasks;

/// <summary>A task that stopped.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="RunId">Its newest run, or null if there was none.</param>
/// <param name="CleanUpFailure">Why the clean-up failed, or null.</param>
sealed record StoppedTask(string TaskId, string? RunId, string? CleanUpFailure);

/// <summary>The steps of <see cref="TransferTask"/> that read or write the record.</summary>
sealed class TaskActivities(
    ITaskStore store,
    IRunLedger ledger,
    RunCompletion completion,
    TransferPlugins plugins,
    IOptions<HubOptions> options,
    TimeProvider time,
    ILogger<TaskActivities> logger)
{
    static readonly TimeSpan LongestTermination = TimeSpan.FromSeconds(45);

    /// <summary>Decides what to do next, and starts the run that is due. Idempotent.</summary>
    [Function(nameof(TakeTaskOrder))]
    public async Task<TaskOrder> TakeTaskOrder([ActivityTrigger] string taskId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var change = await store.UpdateAsync(
            taskId, task => TaskLifecycle.BeginDueRun(TaskLifecycle.RestoreSchedule(task, now), now), cancellationToken);
        if (change?.After is not { } task || plugins.Find(task.Type, task.Engine) is not { } plugin)
            return new TaskOrder(TaskOrderKind.End);

        var run = task.CurrentRunId is { } runId ? new RunRequest(task.Id, runId, task.ParameterValues().Values, task.RetryOf) : null;
        if (task.Progress is TaskProgress.Stopping)
            return new TaskOrder(TaskOrderKind.Stop, run, plugin.RunOrchestrator, plugin.CleanUpActivity, Settle: options.Value.StopSettle);
        // What resumes a paused task starts its orchestration again.
        if (task.Progress is TaskProgress.Stopped || task is { Progress: TaskProgress.Paused, RunState: not RunState.Running })
            return new TaskOrder(TaskOrderKind.End);
        if (task.RunState is RunState.Running)
        {
            await ledger.StartRunAsync(run!.RunId, task.Id, cancellationToken);
            if (change.Before.CurrentRunId != task.CurrentRunId)
                TaskLog.RunBegun(logger, task.Id, run.RunId);
            return new TaskOrder(TaskOrderKind.Run, run, plugin.RunOrchestrator, plugin.CleanUpActivity);
        }

        return task.NextRunAt is { } next
            ? new TaskOrder(TaskOrderKind.Wait, WaitUntil: next.UtcDateTime)
            : new TaskOrder(TaskOrderKind.End);
    }

    /// <summary>Records how a run ended.</summary>
    [Function(nameof(FinishTaskRun))]
    public Task FinishTaskRun([ActivityTrigger] RunEnd end, CancellationToken cancellationToken) =>
        completion.RecordAsync(end, cancellationToken);

    /// <summary>
    /// Terminates a run and everything it started, and waits until its orchestration has ended. Where the backend does not end its
    /// activities and sub-orchestrations, they end by themselves, as the run's record is closed.
    /// </summary>
    [Function(nameof(TerminateTaskRun))]
    public async Task TerminateTaskRun(
        [ActivityTrigger] string runId, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestTermination);
        await ledger.FinishRunAsync(runId, limit.Token);
        await client.TerminateInstanceAsync(
            runId, new TerminateInstanceOptions(Output: "The task was stopped.", Recursive: true), limit.Token);
        await client.WaitForInstanceCompletionAsync(runId, limit.Token);
    }

    /// <summary>Records that nothing of a task is left running.</summary>
    [Function(nameof(MarkTaskStopped))]
    public async Task MarkTaskStopped([ActivityTrigger] StoppedTask stopped, CancellationToken cancellationToken)
    {
        if (stopped.RunId is { } runId)
            await ledger.FinishRunAsync(runId, cancellationToken);
        var failure = stopped.CleanUpFailure is null
            ? null
            : $"The task was stopped, but its clean-up failed: {stopped.CleanUpFailure}";
        var now = time.GetUtcNow();
        await store.UpdateAsync(stopped.TaskId, task => TaskLifecycle.Stop(task, failure, now), cancellationToken);
        TaskLog.Stopped(logger, stopped.TaskId, failure);
    }
}
