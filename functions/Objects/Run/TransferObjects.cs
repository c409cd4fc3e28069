using DataTransferHub.Objects.Finding;
using DataTransferHub.Objects.LargeObjects;
using DataTransferHub.Objects.Settings;
using DataTransferHub.Tasks.Plugins;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DataTransferHub.Objects.Run;

/// <summary>One run: finds changes batch by batch, and copies what is found while finding goes on.</summary>
static class TransferObjects
{
    // So many tasks are started before the history is cut.
    const int MaximumTasks = 1000;

    // Finding rests when so many units wait to be copied.
    const int MaximumUnitsAhead = 1000;

    [Function(nameof(TransferObjects))]
    public static async Task<RunSummary> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var input = context.GetInput<TransferInput>()!;
        var run = input.Run;
        var workers = ObjectTransferSettings.Read(run.Parameters).Workers;
        var state = input.State ?? TransferState.Start;
        var copies = new List<Task<UnitResult>>();
        Task<FindResult>? finding = null;
        Exception? failure = null;
        for (var started = 0; ;)
        {
            if (failure is null && started < MaximumTasks)
            {
                if (finding is null && !state.IsAllFound && state.Waiting < MaximumUnitsAhead)
                {
                    finding = context.CallActivityAsync<FindResult>(
                        nameof(FindChanges), new FindRequest(run, state.Batch, state.AfterKey), ActivityFaults.Options);
                    started++;
                }

                for (; copies.Count < workers && state.Waiting > 0; started++)
                {
                    (var unit, state) = state.Take();
                    copies.Add(unit.IsLarge
                        ? context.CallSubOrchestratorAsync<UnitResult>(nameof(CopyLargeObject), new UnitRequest(run, unit.Id))
                        : context.CallActivityAsync<UnitResult>(nameof(CopyObjects), new UnitRequest(run, unit.Id), ActivityFaults.Options));
                }
            }

            if (finding is null && copies.Count == 0) break;
            await Task.WhenAny(finding is null ? copies : [finding, .. copies]);
            try
            {
                if (finding is { IsCompleted: true } found)
                {
                    finding = null;
                    state = state.With(await found);
                }

                for (var i = copies.Count - 1; i >= 0; i--)
                {
                    if (copies[i] is not { IsCompleted: true } copy) continue;
                    copies.RemoveAt(i);
                    state = state.With(await copy);
                }
            }
            catch (TaskFailedException fault)
            {
                // What is under way comes to its end first, so that nothing of the run goes on after it.
                failure ??= new TransferFailedException(fault.FailureDetails.ErrorMessage);
            }
        }

        if (failure is not null) throw failure;
        if (!state.IsAllFound || state.Waiting > 0) context.ContinueAsNew(input with { State = state });
        return state.Summary;
    }
}
