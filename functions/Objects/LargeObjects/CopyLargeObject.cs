using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Plugins;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>
/// Copies one large object in parts: starts an upload, copies its part groups, and completes it, starts again, or gives up.
/// </summary>
static class CopyLargeObject
{
    const int MaximumAttempts = 3;

    [Function(nameof(CopyLargeObject))]
    public static async Task<UnitResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var unit = context.GetInput<UnitRequest>()!;
        for (var attempt = 0; ; attempt++)
        {
            var (upload, step) = await CopyOnceAsync(context, new UploadRequest(unit.Run, unit.UnitId, attempt));
            if (step is { End: StepEnd.Finished, Unit: { } result })
                return result;

            var isFinal = step.End != StepEnd.StartAgain || attempt + 1 == MaximumAttempts;
            result = await context.CallActivityAsync<UnitResult>(nameof(AbandonUpload), new AbandonRequest(upload, step, isFinal),
                ActivityFaults.Options);
            if (isFinal)
                return result;
        }
    }

    static async Task<(UploadRequest Upload, StepResult Step)> CopyOnceAsync(TaskOrchestrationContext context, UploadRequest upload)
    {
        try
        {
            var start = await context.CallActivityAsync<UploadStart>(nameof(StartUpload), upload, ActivityFaults.Options);
            upload = upload with { Plan = start.Plan };
            if (start.Step.End != StepEnd.Done)
                return (upload, start.Step);
            var step = await CopyGroupsAsync(context, upload, start);
            return (upload, step.End != StepEnd.Done ? step
                : await context.CallActivityAsync<StepResult>(nameof(CompleteUpload), new CompleteRequest(upload, step.ChainState),
                ActivityFaults.Options));
        }
        catch (TaskFailedException fault) when (!ActivityFaults.IsFinal(fault.FailureDetails))
        {
            return (upload, new StepResult(StepEnd.Failed, TaskFault.Of(fault).Message));
        }
    }

    // If the order matters, one group at a time, each with the MD5 state of the previous one.
    static async Task<StepResult> CopyGroupsAsync(TaskOrchestrationContext context, UploadRequest upload, UploadStart start)
    {
        var copies = new List<Task<StepResult>>();
        var step = StepResult.Done;
        TaskFailedException? failure = null;
        for (var group = 0; group < start.Groups || copies.Count > 0;)
        {
            // After a failure no more groups start, and the running ones are awaited, so that nothing is sent to the upload when it is
            // aborted next.
            var isGood = failure is null && step.End == StepEnd.Done;
            if (!isGood && copies.Count == 0)
                break;
            for (; isGood && copies.Count < start.GroupsAtOnce && group < start.Groups; group++)
            {
                copies.Add(context.CallActivityAsync<StepResult>(nameof(CopyParts), new PartsRequest(upload, group, step.ChainState),
                    ActivityFaults.Options));
            }

            var copy = await Task.WhenAny(copies);
            copies.Remove(copy);
            try
            {
                var end = await copy;
                if (isGood)
                    step = end;
            }
            catch (TaskFailedException fault)
            {
                failure ??= fault;
            }
        }

        return failure is null ? step : throw failure;
    }
}
