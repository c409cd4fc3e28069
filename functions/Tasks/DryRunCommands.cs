using DataTransferHub.Tasks.DryRuns;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Store;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DataTransferHub.Tasks;

/// <summary>Starts dry runs, and shows what they have found.</summary>
sealed class DryRunCommands(ITaskStore tasks, IDryRunStore dryRuns, IWorkArea workArea, TransferPlugins plugins)
{
    /// <summary>Starts a dry run of a task. It replaces the one before it.</summary>
    /// <exception cref="NotFoundException">There is no such task.</exception>
    /// <exception cref="ConflictException">A run or a dry run of the task is in progress, or its kind has no dry runs.</exception>
    public async Task<TaskRecord> StartAsync(DurableTaskClient client, string id, CancellationToken cancellationToken)
    {
        var task = await tasks.GetAsync(id, cancellationToken) ?? throw new NotFoundException("task", id);
        if (WhyNot(task) is { } reason)
            throw new ConflictException(reason);
        var activity = plugins.Find(task.Type, task.Engine)?.DryRunActivity
            ?? throw new ConflictException("Tasks of this type cannot be run dry.");
        var before = await dryRuns.FindAsync(id, cancellationToken);
        if (before is { State: DryRunState.Running } && await IsActiveAsync(client, before, cancellationToken)
            || await dryRuns.BeginAsync(id, before, cancellationToken) is not { } dryRun)
            throw new ConflictException("A dry run of the task is in progress. Wait until it has ended.");

        if (before is not null)
            await DryRunItems.DeleteAsync(workArea, before.Id, CancellationToken.None);
        var request = new RunRequest(id, dryRun.Id, task.ParameterValues().Values);
        await client.ScheduleNewOrchestrationInstanceAsync(
            nameof(DryRuns.DryRuns), new DryRunInput(dryRun.Number, activity, new DryRunBatch(request, 0), dryRun.Counts),
            new StartOrchestrationOptions(dryRun.Id), CancellationToken.None);
        return task;
    }

    /// <summary>One page of the items that the newest dry run of a task has found; empty if there was none.</summary>
    /// <exception cref="NotFoundException">There is no such task.</exception>
    /// <exception cref="InvalidInputException">The token is not one of that dry run.</exception>
    public async Task<DryRunPage> ListAsync(string id, int limit, string? token, CancellationToken cancellationToken)
    {
        if (await tasks.GetAsync(id, cancellationToken) is null)
            throw new NotFoundException("task", id);
        if (await dryRuns.FindAsync(id, cancellationToken) is not { } dryRun)
            return new DryRunPage([], null);
        try
        {
            return await DryRunItems.ReadAsync(workArea, dryRun.Id, limit, token, cancellationToken);
        }
        catch (FormatException fault)
        {
            throw new InvalidInputException([new InputError("nextToken", token, fault.Message)]);
        }
    }

    // False if the process ended before it could start the orchestration, or the orchestration's data were damaged.
    static async Task<bool> IsActiveAsync(DurableTaskClient client, DryRun dryRun, CancellationToken cancellationToken) =>
        await client.GetInstanceAsync(dryRun.Id, cancellationToken) is { IsCompleted: false };

    static string? WhyNot(TaskRecord task) => task switch
    {
        { Progress: TaskProgress.Stopping or TaskProgress.Stopped } => "The task is stopped, so nothing would be copied.",
        { RunState: RunState.Running } or { Progress: TaskProgress.Starting } =>
            "A run of the task is in progress. Wait until it has ended, then start the dry run.",
        _ => null,
    };
}
