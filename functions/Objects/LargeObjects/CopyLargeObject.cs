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

    // A step that fails so often without progress, although the stores answer each time in between, fails for this object alone.
    const int MaximumPostponements = 12;

    [Function(nameof(CopyLargeObject))]
    public static async Task<UnitResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var unit = context.GetInput<UnitRequest>()!;
        var wait = new OutageWait(context, unit.Run);
        for (var attempt = 0; ; attempt++)
        {
            var (upload, step) = await CopyOnceAsync(context, wait, new UploadRequest(unit.Run, unit.UnitId, attempt));
            // The run goes on with this object when it is resumed, from what is recorded of it.
            if (step.Outage is { IsPause: true } pause)
                return UnitResult.Postponed(pause);
            if (step is { End: StepEnd.Finished, Unit: { } result })
                return result;

            var isFinal = step.End != StepEnd.StartAgain || attempt + 1 == MaximumAttempts;
            do
            {
                result = await context.CallActivityAsync<UnitResult>(nameof(AbandonUpload), new AbandonRequest(upload, step, isFinal),
                    ActivityFaults.Options);
                if (result.Outage is { IsPause: false } outage)
                    await wait.UntilOverAsync(outage);
            }
            while (result.Outage is { IsPause: false });

            if (isFinal || result.Outage is not null)
                return result;
        }
    }

    static async Task<(UploadRequest Upload, StepResult Step)> CopyOnceAsync(
        TaskOrchestrationContext context, OutageWait wait, UploadRequest upload)
    {
        try
        {
            var start = new UploadStart(StepResult.Done, 0, 0);
            var step = await PatientlyAsync(wait, async () =>
            {
                start = await context.CallActivityAsync<UploadStart>(nameof(StartUpload), upload, ActivityFaults.Options);
                return start.Step;
            });
            upload = upload with { Plan = start.Plan };
            if (step.End != StepEnd.Done)
                return (upload, step);
            step = await CopyGroupsAsync(context, wait, upload, start);
            return (upload, step.End != StepEnd.Done ? step
                : await PatientlyAsync(wait, () => context.CallActivityAsync<StepResult>(
                    nameof(CompleteUpload), new CompleteRequest(upload, step.ChainState), ActivityFaults.Options)));
        }
        catch (TaskFailedException fault) when (!ActivityFaults.IsFinal(fault.FailureDetails))
        {
            return (upload, new StepResult(StepEnd.Failed, TaskFault.Of(fault).Message));
        }
    }

    // If the order matters, one group at a time, each with the MD5 state of the previous one.
    static async Task<StepResult> CopyGroupsAsync(
        TaskOrchestrationContext context, OutageWait wait, UploadRequest upload, UploadStart start)
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
                var parts = new PartsRequest(upload, group, step.ChainState);
                copies.Add(PatientlyAsync(
                    wait, () => context.CallActivityAsync<StepResult>(nameof(CopyParts), parts, ActivityFaults.Options)));
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

    // Continues a step until it is finished, and takes it again after each outage.
    static async Task<StepResult> PatientlyAsync(OutageWait wait, Func<Task<StepResult>> step)
    {
        for (var postponements = 0; ; postponements++)
        {
            var result = await step();
            if (result.End == StepEnd.Unfinished)
            {
                postponements = -1;
                wait.Forget();
                continue;
            }

            if (result is not { End: StepEnd.Postponed, Outage: { } outage })
                return result;
            if (outage.IsPause)
                return result;
            if (result.HasProgress)
            {
                postponements = 0;
                wait.Forget();
            }

            if (postponements == MaximumPostponements)
                return new StepResult(StepEnd.Failed, outage.Reason);
            await wait.UntilOverAsync(outage);
        }
    }
}
