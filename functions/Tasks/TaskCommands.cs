using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Tasks;

/// <summary>The input for creating a task.</summary>
/// <param name="Type">The type of its plugin.</param>
/// <param name="Engine">What copies its items.</param>
/// <param name="Description">What it is for.</param>
/// <param name="ScheduleType">How often it runs.</param>
/// <param name="Parameters">Its parameters, as they were sent.</param>
/// <param name="IsPaused">Whether its first run starts only when it is resumed.</param>
sealed record NewTask(
    string Type, TaskEngine Engine, string? Description, ScheduleType ScheduleType, IReadOnlyList<TaskParameter> Parameters,
    bool IsPaused = false);

/// <summary>Creates, stops and retries tasks. Each command updates the record first, then signals the task's orchestration.</summary>
sealed partial class TaskCommands(ITaskStore store, IRunLedger ledger, NewTaskCheck check, TimeProvider time, ILogger<TaskCommands> logger)
{
    static readonly TimeSpan LongestEnding = TimeSpan.FromSeconds(10);

    /// <exception cref="InvalidInputException">The input has faults; nothing was created.</exception>
    public async Task<TaskRecord> CreateAsync(DurableTaskClient client, NewTask input, CancellationToken cancellationToken)
    {
        var good = await check.CheckAsync(input, cancellationToken);
        var task = new TaskRecord
        {
            Id = Guid.NewGuid().ToString(),
            Type = good.Type,
            Engine = good.Engine,
            Description = good.Description,
            ScheduleType = good.ScheduleType,
            Parameters = good.Parameters,
            CreatedAt = time.GetUtcNow(),
            Progress = good.IsPaused ? TaskProgress.Paused : TaskProgress.Starting,
        };
        await store.AddAsync(task, cancellationToken);

        // From here on the task exists. It must not have to wait for ReconcileTasks because the caller disconnects.
        try
        {
            if (!good.IsPaused)
                await WakeAsync(client, task, CancellationToken.None);
        }
        catch (Exception e)
        {
            // An error means that the task was not created, so that the caller can send it again. If it cannot be removed, it is created.
            if (await TryRemoveAsync(task))
                throw;
            LogNotWoken(e, task.Id);
        }

        TaskLog.Created(logger, task.Id, task.Type, task.Engine, task.ScheduleType);
        return task;
    }

    /// <exception cref="NotFoundException">There is no such task.</exception>
    public async Task<TaskRecord> StopAsync(DurableTaskClient client, string id, CancellationToken cancellationToken)
    {
        var change = await store.UpdateAsync(id, TaskLifecycle.RequestStop, cancellationToken) ?? throw new NotFoundException("task", id);
        if (change.After.Progress is TaskProgress.Stopping)
        {
            TaskLog.StopRequested(logger, id);
            await TryWakeAsync(client, change.Before);
        }

        return change.After;
    }

    /// <exception cref="NotFoundException">There is no such task.</exception>
    /// <exception cref="ConflictException">Nothing failed, or a run is in progress.</exception>
    public async Task<TaskRecord> RetryFailedAsync(DurableTaskClient client, string id, CancellationToken cancellationToken)
    {
        var seen = await store.GetAsync(id, cancellationToken) ?? throw new NotFoundException("task", id);
        var run = seen.CurrentRunId is { } runId ? await ledger.GetProgressAsync(runId, cancellationToken) : null;
        var areFailuresAll = run is { IsComplete: true, Failed: > 0 };
        var change = await store.UpdateAsync(
            id,
            task => task.CurrentRunId == seen.CurrentRunId ? TaskLifecycle.RequestRetry(task, areFailuresAll) : task,
            cancellationToken) ?? throw new NotFoundException("task", id);
        if (ReferenceEquals(change.Before, change.After))
            throw new ConflictException(WhyNoRetry(change.After));

        await TryWakeAsync(client, change.Before);
        return change.After;
    }

    /// <summary>
    /// Pauses a task. Its run, if one is in progress, begins nothing more within about a second, and keeps what it has done.
    /// </summary>
    /// <exception cref="NotFoundException">There is no such task.</exception>
    /// <exception cref="ConflictException">There is nothing to pause.</exception>
    public async Task<TaskRecord> PauseAsync(DurableTaskClient client, string id, CancellationToken cancellationToken)
    {
        var change = await store.UpdateAsync(id, TaskLifecycle.RequestPause, cancellationToken) ?? throw new NotFoundException("task", id);
        if (change.After.Progress is not TaskProgress.Paused)
            throw new ConflictException(WhyNoPause(change.After));
        if (!ReferenceEquals(change.Before, change.After))
        {
            TaskLog.Paused(logger, id);
            await TryWakeAsync(client, change.Before);
        }

        return change.After;
    }

    /// <summary>Lets a paused task go on. Does nothing if it is not paused.</summary>
    /// <exception cref="NotFoundException">There is no such task.</exception>
    public async Task<TaskRecord> ResumeAsync(DurableTaskClient client, string id, CancellationToken cancellationToken)
    {
        var change = await store.UpdateAsync(id, task => TaskLifecycle.RequestResume(task, time.GetUtcNow()), cancellationToken)
            ?? throw new NotFoundException("task", id);
        if (ReferenceEquals(change.Before, change.After))
            return change.After;

        TaskLog.Resumed(logger, id);
        await TryWakeAsync(client, change.Before);
        if (change.After is { RunState: RunState.Running, CurrentRunId: { } runId })
            await TryTellAsync(client, runId);
        return change.After;
    }

    // A run that is not told asks within an hour.
    async Task TryTellAsync(DurableTaskClient client, string runId)
    {
        try
        {
            var running = new OrchestrationQuery { InstanceIdPrefix = runId, Statuses = [OrchestrationRuntimeStatus.Running] };
            await foreach (var instance in client.GetAllInstancesAsync(running))
                await client.RaiseEventAsync(instance.InstanceId, RunEvents.Resumed, null, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogNotTold(e, runId);
        }
    }

    async Task<bool> TryRemoveAsync(TaskRecord task)
    {
        try
        {
            await store.RemoveAsync(task.Id, CancellationToken.None);
            return true;
        }
        catch (Exception e)
        {
            LogNotRemoved(e, task.Id);
            return false;
        }
    }

    // The request is in the record and is not lost: ReconcileTasks signals the orchestration within a minute, or as soon as it can.
    async Task TryWakeAsync(DurableTaskClient client, TaskRecord before)
    {
        try
        {
            await WakeAsync(client, before, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogNotWoken(e, before.Id);
        }
    }

    static string WhyNoPause(TaskRecord task) => task.Progress is TaskProgress.Stopping or TaskProgress.Stopped
        ? "The task is stopped, so there is nothing to pause."
        : "No run of the task is in progress, and none is to come, so there is nothing to pause.";

    static string WhyNoRetry(TaskRecord task) => task switch
    {
        { Progress: TaskProgress.Paused } => "The task is paused. Resume it first; failed items can be retried once its run has ended.",
        { Progress: TaskProgress.Stopping or TaskProgress.Stopped } =>
            "The task is stopped. To run it again, create a new task; items that are already at the destination are not copied again.",
        { RunState: RunState.Running } or { Wanted: not WantedRun.None } =>
            "A run of the task is in progress. Wait until it has ended, then retry the failed items.",
        _ => "Nothing failed in the task's last run, so there is nothing to retry.",
    };

    /// <summary>Sends the task's orchestration a signal, or starts the orchestration if there is none.</summary>
    public static async Task WakeAsync(DurableTaskClient client, TaskRecord before, CancellationToken cancellationToken)
    {
        var instance = await client.GetInstanceAsync(before.Id, cancellationToken);
        if (instance is { IsCompleted: false })
        {
            if (TaskLifecycle.IsUnsettled(before))
            {
                await client.RaiseEventAsync(before.Id, TransferTask.Signal, null, cancellationToken);
                return;
            }

            // The record had nothing left to do, so the orchestration is about to end and would not receive the signal.
            await WaitForEndAsync(client, before.Id, cancellationToken);
        }

        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(TransferTask), null, new StartOrchestrationOptions(before.Id), cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // Another caller has just started it, and it reads the same record.
        }
    }

    static async Task WaitForEndAsync(DurableTaskClient client, string id, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestEnding);
        try
        {
            await client.WaitForInstanceCompletionAsync(id, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // ReconcileTasks starts the task within a minute.
        }
    }

    [LoggerMessage(
        EventId = 2011, Level = LogLevel.Warning,
        Message = "The orchestration of task {TaskId} could not be signalled or started; this is retried within a minute.")]
    partial void LogNotWoken(Exception exception, string taskId);

    [LoggerMessage(
        EventId = 2013, Level = LogLevel.Warning,
        Message = "The run {RunId} could not be told that its task was resumed; it asks within an hour.")]
    partial void LogNotTold(Exception exception, string runId);

    [LoggerMessage(
        EventId = 2012, Level = LogLevel.Warning,
        Message = "Task {TaskId} was stored, but could be neither started nor removed.")]
    partial void LogNotRemoved(Exception exception, string taskId);
}
