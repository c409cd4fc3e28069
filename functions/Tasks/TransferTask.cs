using DataTransferHub.Tasks.Plugins;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DataTransferHub.Tasks;

/// <summary>
/// The lifecycle of one task, under the task's id. Each generation takes one order from the task's record, carries it out and continues as
/// new; it ends when the record has nothing left to do. The desired state is always in the record. The signal only says that the record
/// has changed, so a signal that arrives twice, late or without a change does no harm.
/// </summary>
static class TransferTask
{
    /// <summary>The external event that tells the orchestration to read the record again.</summary>
    /// <remarks>Instances started by version 0.1.0 wait for this name: it is part of the format of stored histories.</remarks>
    public const string Signal = "bell";

    // The longest wait, below every backend's limit on timers.
    static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    // Retries for about an hour: long enough for a full disk to be noticed. Nothing is lost after that (see ReconcileTasks).
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
                // Requests of cancelled activities may still be in flight. A part that arrives after its upload was aborted would stay and
                // incur cost, and nothing would remove it.
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
        // Not CancelAsync, which continues on another thread; an orchestrator must not.
        enough.Cancel();
    }

    // A failed clean-up is reported, but must not prevent a task from ending.
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
