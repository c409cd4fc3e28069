using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Tasks;

/// <summary>
/// Brings records and orchestrations together again after a crash between the two: at start and every minute, every task that
/// has something left to do gets an orchestration that does it. Where that cannot be because of damage, the task says so.
/// </summary>
sealed partial class ReconcileTasks(ITaskStore store, IRunLedger ledger, RunCompletion completion, ILogger<ReconcileTasks> logger)
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
                // The others must not suffer; this one is looked at again in a minute.
                LogFailed(e, task.Id);
            }
        }
    }

    async Task ReconcileAsync(TaskRecord task, DurableTaskClient client, CancellationToken cancellationToken)
    {
        // Without its input, which a task that goes on does not need: one that is damaged must not end it.
        var instance = await client.GetInstanceAsync(task.Id, cancellationToken);
        if (instance is { IsCompleted: false })
        {
            // The process that wrote the request may have ended before it could send the signal.
            if (task.Progress is TaskProgress.Starting or TaskProgress.Stopping)
                await client.RaiseEventAsync(task.Id, TransferTask.Signal, null, cancellationToken);

            // Asked for, a run that cannot go on because of damage is found, and its failure told to the orchestration.
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

    // Nothing can be started for the task, nor the end of its run or of the task be brought about: else it would wait without a word.
    async Task FailAsync(TaskRecord task, InvalidDataException damage, CancellationToken cancellationToken)
    {
        LogDamaged(damage, task.Id);
        if (task is { RunState: RunState.Running, CurrentRunId: { } runId })
            await ledger.FinishRunAsync(runId, cancellationToken);
        await store.UpdateAsync(
            task.Id,
            record => !TaskLifecycle.IsUnsettled(record) ? record : record with
            {
                Progress = TaskProgress.Error,
                RunState = record.RunState is RunState.Running ? RunState.Finished : record.RunState,
                Wanted = WantedRun.None,
                NextRunAt = null,
                ErrorCode = TaskErrorCode.UnKnown,
                ErrorMessage = $"The task cannot go on: {damage.Message}",
            },
            cancellationToken);
    }

    [LoggerMessage(
        EventId = 2001,
        Level = LogLevel.Information,
        Message = "Started the orchestration of task {TaskId}, which is {Progress} and had none.")]
    partial void LogStarted(string taskId, TaskProgress progress);

    [LoggerMessage(
        EventId = 2002,
        Level = LogLevel.Warning,
        Message = "Run {RunId} of task {TaskId} lost its orchestration and is recorded as failed.")]
    partial void LogAbandoned(string taskId, string runId);

    [LoggerMessage(
        EventId = 2003, Level = LogLevel.Error, Message = "Task {TaskId} could not be reconciled with its orchestration; tried again.")]
    partial void LogFailed(Exception exception, string taskId);

    [LoggerMessage(
        EventId = 2004, Level = LogLevel.Error, Message = "Task {TaskId} fails: what is stored of its orchestration is damaged.")]
    partial void LogDamaged(Exception exception, string taskId);
}
