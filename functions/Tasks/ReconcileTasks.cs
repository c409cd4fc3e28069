using DataTransferHub.Tasks.Store;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Tasks;

/// <summary>
/// Brings records and orchestrations together again after a crash between the two: at start and every minute, every task that
/// has something left to do gets an orchestration that does it.
/// </summary>
sealed partial class ReconcileTasks(ITaskStore store, RunCompletion completion, ILogger<ReconcileTasks> logger)
{
    [Function(nameof(ReconcileTasks))]
    public async Task RunAsync(
        [TimerTrigger("0 * * * * *", RunOnStartup = true)] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        foreach (var task in await store.ListLiveAsync(cancellationToken))
        {
            if (TaskLifecycle.IsUnsettled(task))
                await ReconcileAsync(task, client, cancellationToken);
        }
    }

    async Task ReconcileAsync(TaskRecord task, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var instance = await client.GetInstanceAsync(task.Id, getInputsAndOutputs: true, cancellationToken);
        if (instance is { IsCompleted: false })
        {
            // A request may have been written by a process that ended before it could ring.
            if (task.Progress is TaskProgress.Starting or TaskProgress.Stopping)
                await client.RaiseEventAsync(task.Id, TransferTask.Bell, null, cancellationToken);
            return;
        }

        if (task is { RunState: RunState.Running, CurrentRunId: { } runId })
            task = await AbandonRunAsync(task, runId, instance, client, cancellationToken);
        if (!TaskLifecycle.IsUnsettled(task))
            return;

        LogStarted(task.Id, task.Progress);
        await TaskCommands.WakeAsync(client, task, cancellationToken);
    }

    async Task<TaskRecord> AbandonRunAsync(TaskRecord task, string runId, OrchestrationMetadata? instance, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (await client.GetInstanceAsync(runId, cancellationToken) is { IsCompleted: false })
            await client.TerminateInstanceAsync(runId, new TerminateInstanceOptions(Output: "The task's orchestration is gone.", Recursive: true), cancellationToken);

        var reason = instance?.FailureDetails?.ErrorMessage is { } text ? $": {text}" : "";
        var after = await completion.RecordAsync(
            new RunEnd(task.Id, runId, null, $"The task's orchestration ended before its run did{reason}"), cancellationToken);
        LogAbandoned(task.Id, runId);
        return after ?? task;
    }

    [LoggerMessage(EventId = 2001, Level = LogLevel.Information, Message = "Started the orchestration of task {TaskId}, which is {Progress} and had none.")]
    partial void LogStarted(string taskId, TaskProgress progress);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Warning, Message = "Run {RunId} of task {TaskId} lost its orchestration and is recorded as failed.")]
    partial void LogAbandoned(string taskId, string runId);
}
