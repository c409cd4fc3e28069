using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Tasks;

/// <summary>
/// Reconciles records with orchestrations after a crash between writing the two: at startup and every minute, every task that has
/// something left to do gets an orchestration. If damaged data makes that impossible, the task ends with an error.
/// </summary>
sealed partial class ReconcileTasks(
    ITaskStore store, IRunLedger ledger, ILeftovers leftovers, RunCompletion completion, ILogger<ReconcileTasks> logger)
{
    [Function(nameof(ReconcileTasks))]
    public async Task RunAsync(
        [TimerTrigger("0 * * * * *", RunOnStartup = true)] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        foreach (var task in await store.ListLiveAsync(cancellationToken))
        {
            if (!TaskLifecycle.IsUnsettled(task))
                continue;
            try
            {
                await ReconcileAsync(task, client, cancellationToken);
            }
            catch (InvalidDataException e)
            {
                await FailAsync(task, e, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // The other tasks must not be affected; this one is retried in a minute.
                LogFailed(e, task.Id);
            }
        }
    }

    async Task ReconcileAsync(TaskRecord task, DurableTaskClient client, CancellationToken cancellationToken)
    {
        // Without the input, which is not needed here: a damaged input must not end a task that can continue.
        var instance = await client.GetInstanceAsync(task.Id, cancellationToken);
        if (instance is { IsCompleted: false })
        {
            // The process that wrote the request may have ended before it could send the signal.
            if (task.Progress is TaskProgress.Starting or TaskProgress.Stopping)
                await client.RaiseEventAsync(task.Id, TransferTask.Signal, null, cancellationToken);

            // This query detects a run that cannot continue because of damage, and reports its failure to the orchestration.
            else if (task is { RunState: RunState.Running, CurrentRunId: { } current })
                await client.GetInstanceAsync(current, cancellationToken);
            return;
        }

        if (task is { RunState: RunState.Running, CurrentRunId: { } runId })
            task = await AbandonRunAsync(task, runId, client, cancellationToken);
        if (!TaskLifecycle.IsUnsettled(task))
            return;

        LogStarted(task.Id, task.Progress);
        await TaskCommands.WakeAsync(client, task, cancellationToken);
    }

    async Task<TaskRecord> AbandonRunAsync(TaskRecord task, string runId, DurableTaskClient client, CancellationToken cancellationToken)
    {
        await ledger.FinishRunAsync(runId, cancellationToken);
        await LeaveAsync(task, runId, cancellationToken);
        if (await client.GetInstanceAsync(runId, cancellationToken) is { IsCompleted: false })
            await client.TerminateInstanceAsync(
                runId, new TerminateInstanceOptions(Output: "The task's orchestration is gone.", Recursive: true), cancellationToken);

        var instance = await client.GetInstanceAsync(task.Id, getInputsAndOutputs: true, cancellationToken);
        var reason = instance?.FailureDetails is { } details ? $": {TaskFault.Of(details).Message.TrimEnd('.', ' ')}" : "";
        var after = await completion.RecordAsync(
            new RunEnd(task.Id, runId, null, $"The task's orchestration ended before its run did{reason}"), cancellationToken);
        LogAbandoned(task.Id, runId);
        return after ?? task;
    }

    // No orchestration can be started, and none will end the run or the task, so the record must show the failure.
    async Task FailAsync(TaskRecord task, InvalidDataException damage, CancellationToken cancellationToken)
    {
        LogDamaged(damage, task.Id);
        if (task is { RunState: RunState.Running, CurrentRunId: { } runId })
        {
            await ledger.FinishRunAsync(runId, cancellationToken);
            await LeaveAsync(task, runId, cancellationToken);
        }

        await store.UpdateAsync(
            task.Id,
            record => !TaskLifecycle.IsUnsettled(record) ? record : record with
            {
                Progress = TaskProgress.Error,
                RunState = record.RunState is RunState.Running ? RunState.Finished : record.RunState,
                Wanted = WantedRun.None,
                NextRunAt = null,
                ErrorCode = TaskErrorCode.UnKnown,
                ErrorMessage = $"The task cannot continue: {damage.Message}",
            },
            cancellationToken);
    }

    // No orchestration cleans up after the run any more, so CleanUpLeftovers does.
    Task LeaveAsync(TaskRecord task, string runId, CancellationToken cancellationToken) => leftovers.RecordAsync(
        task.Id, runId, [new LeftItem("", "", "The run ended before it could clean up. This is done within an hour.")], cancellationToken);

    [LoggerMessage(
        EventId = 2001,
        Level = LogLevel.Information,
        Message = "Started the missing orchestration of task {TaskId} ({Progress}).")]
    partial void LogStarted(string taskId, TaskProgress progress);

    [LoggerMessage(
        EventId = 2002,
        Level = LogLevel.Warning,
        Message = "Run {RunId} of task {TaskId} lost its orchestration and is recorded as failed.")]
    partial void LogAbandoned(string taskId, string runId);

    [LoggerMessage(
        EventId = 2003, Level = LogLevel.Error, Message = "Task {TaskId} could not be reconciled with its orchestration; it is retried.")]
    partial void LogFailed(Exception exception, string taskId);

    [LoggerMessage(
        EventId = 2004, Level = LogLevel.Error, Message = "Task {TaskId} fails: the stored data of its orchestration is damaged.")]
    partial void LogDamaged(Exception exception, string taskId);
}
