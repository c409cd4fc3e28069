using System.Collections.Concurrent;
using DataTransferHub.Tasks.DryRuns;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DataTransferHub.Tasks.Tests;

/// <summary>What the runs of a test's hub do, and what they did.</summary>
sealed class RunScript
{
    /// <summary>What a run does: counts it ends with, or an exception it fails with.</summary>
    public Func<RunRequest, CancellationToken, Task<RunSummary>> Run { get; set; } = (_, _) =>
        Task.FromResult(new RunSummary(3, 2, 0, 1, 20));

    /// <summary>The durable client of the hub's engine, once a run has begun.</summary>
    public DurableTaskClient? Client { get; set; }

    public ConcurrentQueue<RunRequest> Began { get; } = [];

    /// <summary>What a batch of a dry run finds, with the keys that would be copied.</summary>
    public Func<DryRunBatch, (DryRunFound Found, string[] Keys)> DryRun { get; set; } =
        _ => (DryRunFound.Failed("It is not scripted."), []);

    /// <summary>The batches of dry runs that were asked for.</summary>
    public ConcurrentQueue<DryRunBatch> DryBatches { get; } = [];

    /// <summary>Completes when a run was told that its task was resumed.</summary>
    public Task<string> ResumedAsync => Resumption.Task;

    public TaskCompletionSource<string> Resumption { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<string> CleanedUp { get; } = [];

    /// <summary>When the last clean-up began, by <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long LastCleanUpBegan { get; set; }
}

/// <summary>The orchestrator and the activities of <see cref="ScriptedPlugin"/>.</summary>
sealed class ScriptedRun(RunScript script, IRunLedger ledger, IWorkArea workArea)
{
    [Function(nameof(ScriptedDryRun))]
    public async Task<DryRunFound> ScriptedDryRun([ActivityTrigger] DryRunBatch batch, CancellationToken cancellationToken)
    {
        script.DryBatches.Enqueue(batch);
        var (found, keys) = script.DryRun(batch);
        await DryRunItems.WriteAsync(
            workArea, batch.Run.RunId, batch.Batch, [.. keys.Select(key => new DryRunItem(key, 10, CopyReason.Size))], cancellationToken);
        return found;
    }

    [Function(nameof(ScriptedRun))]
    public static async Task<RunSummary> OrchestrateAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var step = context.CallActivityAsync<RunSummary>(nameof(ScriptedStep), context.GetInput<RunRequest>());
        var resumed = context.WaitForExternalEvent<object?>(RunEvents.Resumed);
        if (await Task.WhenAny(step, resumed) == resumed)
            await context.CallActivityAsync(nameof(ScriptedResumption), context.InstanceId);
        return await step;
    }

    [Function(nameof(ScriptedResumption))]
    public void ScriptedResumption([ActivityTrigger] string runId) => script.Resumption.TrySetResult(runId);

    [Function(nameof(ScriptedStep))]
    public async Task<RunSummary> ScriptedStep(
        [ActivityTrigger] RunRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        script.Client = client;
        script.Began.Enqueue(request);
        var summary = await script.Run(request, cancellationToken);
        await ledger.RecordBatchAsync(
            request.RunId,
            0,
            new BatchFindings(summary.Found, 30, summary.Skipped, summary.Copied + summary.Failed, 20, IsLast: true),
            cancellationToken);
        await ledger.RecordUnitAsync(
            request.RunId,
            "0",
            new UnitOutcome(
                summary.Copied,
                summary.BytesCopied,
                0,
                [.. Enumerable.Range(0, (int)summary.Failed).Select(n => new FailedItem($"key-{n}", "{}", 1, 5, "It broke."))]),
            cancellationToken);
        return summary;
    }

    [Function("ScriptedCleanUp")]
    public void CleanUp([ActivityTrigger] RunRequest request)
    {
        script.LastCleanUpBegan = TimeProvider.System.GetTimestamp();
        script.CleanedUp.Enqueue(request.RunId);
    }
}
