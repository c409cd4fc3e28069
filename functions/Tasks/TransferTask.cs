using DataTransferHub.Tasks.Plugins;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DataTransferHub.Tasks;

/// <summary>
/// The life of one task, under the task's id. Each generation takes one order from the task's record, carries it out and begins
/// anew; it ends when the record has nothing left to do. The desired state is always in the record: the signal only says that
/// it changed, so a signal that comes twice, late or without a change does no harm.
/// </summary>
static class TransferTask
{
    /// <summary>The external event that tells the orchestration to look at the record again.</summary>
    /// <remarks>Running instances of version 0.1.0 wait for this name: it is part of the form in which histories are stored.</remarks>
    public const string Signal = "bell";

    // A wait is never longer than this, so that no backend's limit on timers matters.
    static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    // About an hour of trying: long enough for a full disk to be noticed, and nothing is lost after it (see ReconcileTasks).
    static readonly TaskOptions Patiently = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 60, TimeSpan.FromSeconds(1), backoffCoefficient: 2, TimeSpan.FromMinutes(1)));

    static readonly TaskOptions AFewTimes = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 5, TimeSpan.FromSeconds(1), backoffCoefficient: 3));

    [Function(nameof(TransferTask))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var order = await TakeOrderAsync(context);
        switch (order.Kind)
        {
            case TaskOrderKind.Run:
                await CarryOutRunAsync(context, order);
                break;
            case TaskOrderKind.Wait:
                await WaitAsync(context, order.WaitUntil!.Value);
                break;
            case TaskOrderKind.Stop:
                var failure = await CleanUpAsync(context, order);
                await context.CallActivityAsync(
                    nameof(TaskActivities.MarkTaskStopped), new StoppedTask(context.InstanceId, order.Run?.RunId, failure), Patiently);
                return;
            default:
                return;
        }

        context.ContinueAsNew();
    }

    static Task<TaskOrder> TakeOrderAsync(TaskOrchestrationContext context) =>
        context.CallActivityAsync<TaskOrder>(nameof(TaskActivities.TakeTaskOrder), context.InstanceId, Patiently);

    static async Task CarryOutRunAsync(TaskOrchestrationContext context, TaskOrder order)
    {
        var request = order.Run!;
        context.SetCustomStatus($"running {request.RunId}");
        var run = context.CallSubOrchestratorAsync<RunSummary>(order.RunOrchestrator!, request,
            new SubOrchestrationOptions(instanceId: request.RunId));
        var signal = context.WaitForExternalEvent<object?>(Signal);
        while (await Task.WhenAny(run, signal) != run)
        {
            var now = await TakeOrderAsync(context);
            if (now.Kind is TaskOrderKind.Stop)
            {
                context.SetCustomStatus($"stopping {request.RunId}");
                await context.CallActivityAsync(nameof(TaskActivities.TerminateTaskRun), request.RunId, Patiently);
                await OutcomeAsync(run, request);
                // Requests of activities that were cancelled may still be on their way. A part that arrives after its upload was
                // aborted would be kept, and paid for, with nobody left who knows of it.
                if (now.Settle > TimeSpan.Zero)
                    await context.CreateTimer(context.CurrentUtcDateTime + now.Settle, CancellationToken.None);
                return;
            }

            signal = context.WaitForExternalEvent<object?>(Signal);
        }

        var end = await OutcomeAsync(run, request);
        await CleanUpAsync(context, order);
        await context.CallActivityAsync(nameof(TaskActivities.FinishTaskRun), end, Patiently);
    }

    static async Task<RunEnd> OutcomeAsync(Task<RunSummary> run, RunRequest request)
    {
        try
        {
            return new RunEnd(request.TaskId, request.RunId, await run);
        }
        catch (TaskFailedException e)
        {
            var fault = TaskFault.Of(e);
            return new RunEnd(request.TaskId, request.RunId, null, fault.Message, fault.Type);
        }
    }

    static async Task WaitAsync(TaskOrchestrationContext context, DateTime until)
    {
        context.SetCustomStatus($"waiting until {until:yyyy-MM-ddTHH:mm:ssZ}");
        var longest = context.CurrentUtcDateTime + LongestWait;
        using var enough = new CancellationTokenSource();
        var timer = context.CreateTimer(until < longest ? until : longest, enough.Token);
        await Task.WhenAny(timer, context.WaitForExternalEvent<object?>(Signal));
        // Not CancelAsync: it goes on on another thread, which an orchestrator must never do.
        enough.Cancel();
    }

    // What cannot be removed is reported, but must not keep a task from ending.
    static async Task<string?> CleanUpAsync(TaskOrchestrationContext context, TaskOrder order)
    {
        if (order.Run is null)
            return null;
        try
        {
            await context.CallActivityAsync(order.CleanUpActivity!, order.Run, AFewTimes);
            return null;
        }
        catch (TaskFailedException e)
        {
            return TaskFault.Of(e).Message;
        }
    }
}
