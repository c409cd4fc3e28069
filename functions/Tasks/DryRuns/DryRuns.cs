using DataTransferHub.Tasks.Plugins;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DataTransferHub.Tasks.DryRuns;

/// <summary>The input of <see cref="DryRuns"/>.</summary>
/// <param name="Number">The dry run's number.</param>
/// <param name="Activity">The plugin's activity.</param>
/// <param name="Next">The next batch.</param>
/// <param name="Counts">What was found so far.</param>
sealed record DryRunInput(int Number, string Activity, DryRunBatch Next, DryRunCounts Counts);

/// <summary>Searches for what a task would copy, batch by batch, and copies nothing.</summary>
static class DryRuns
{
    const int BatchesOfGeneration = 200;

    static readonly TaskOptions Patiently = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 5, TimeSpan.FromSeconds(2), backoffCoefficient: 2, TimeSpan.FromSeconds(30)));

    [Function(nameof(DryRuns))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var input = context.GetInput<DryRunInput>()!;
        for (var batches = 0; batches < BatchesOfGeneration; batches++)
        {
            var found = await FindAsync(context, input);
            input = input with
            {
                Counts = input.Counts.Add(found.Counts),
                Next = input.Next with { Batch = input.Next.Batch + 1, AfterKey = found.NextKey, Token = found.NextToken },
            };
            var report = new DryRunReport(input.Next.Run.TaskId, input.Number, input.Counts, found.IsLast, found.Error);
            if (!await context.CallActivityAsync<bool>(nameof(RecordDryRun), report, Patiently))
                return;
        }

        context.ContinueAsNew(input);
    }

    static async Task<DryRunFound> FindAsync(TaskOrchestrationContext context, DryRunInput input)
    {
        try
        {
            return await context.CallActivityAsync<DryRunFound>(input.Activity, input.Next, Patiently);
        }
        catch (TaskFailedException failure)
        {
            return DryRunFound.Failed(TaskFault.Of(failure).Message);
        }
    }
}
