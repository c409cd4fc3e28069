using DataTransferHub.Tasks.Plugins;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DataTransferHub.Objects.Run;

/// <summary>
/// One run: finds changes batch by batch, and copies them while it continues to search. Its history is bounded: after some number of tasks
/// the next generation continues, as a sub-orchestration of this one if some of this one's work is still in progress, so that nothing
/// waits for the slowest object.
/// </summary>
static class TransferObjects
{
    [Function(nameof(TransferObjects))]
    public static async Task<RunSummary> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var input = context.GetInput<TransferInput>()!;
        var generation = new TransferGeneration(context, input);
        while (true)
        {
            generation.BeginFinding();
            generation.BeginCopying();
            if (generation.IsOver)
                break;
            generation.HandOver();
            await generation.TakeInNextAsync();
        }

        if (generation.Failure is { } failure)
            throw failure;
        if (!generation.State.IsAllBegun)
            context.ContinueAsNew(generation.Continuation);
        return generation.State.Summary;
    }
}
