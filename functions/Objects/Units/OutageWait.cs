using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using Microsoft.DurableTask;

namespace DataTransferHub.Objects.Units;

/// <summary>
/// How an orchestrator waits for the end of an outage: it asks the stores again and again, ever less often, and says in the run's record
/// what it waits for and until when. Orchestrator code: deterministic, and awaits only durable tasks.
/// </summary>
/// <param name="context">The orchestrator's.</param>
/// <param name="run">The run.</param>
sealed class OutageWait(TaskOrchestrationContext context, RunRequest run)
{
    DateTime? _since;
    int _attempts;

    /// <summary>The run has made progress: the next outage is a new one.</summary>
    public void Forget() => (_since, _attempts) = (null, 0);

    /// <summary>Waits until both stores answer.</summary>
    /// <exception cref="TransferFailedException">The outage has lasted for too long.</exception>
    public async Task UntilOverAsync(Outage outage)
    {
        for (Outage? now = outage; now is not null; now = await ProbeAsync())
            await PauseAsync(now);
        context.SetCustomStatus(null);
        await ReportAsync(null);
    }

    async Task PauseAsync(Outage outage)
    {
        var since = _since ??= context.CurrentUtcDateTime;
        if (context.CurrentUtcDateTime - since is var lasted && lasted >= outage.Limit)
        {
            throw new TransferFailedException(
                $"{outage.Reason} The run has waited for {lasted.TotalMinutes:0} minutes, the limit of Objects:OutageLimit.");
        }

        var next = context.CurrentUtcDateTime + Outage.PauseAfter(_attempts++);
        context.SetCustomStatus($"waiting until {next:yyyy-MM-ddTHH:mm:ssZ}: {outage.Reason}");
        await ReportAsync(new RunWait(outage.Reason, since, next));
        await context.CreateTimer(next, CancellationToken.None);
    }

    Task<Outage?> ProbeAsync() =>
        context.CallActivityAsync<Outage?>(nameof(OutageActivities.ProbeStores), run, ActivityFaults.Options);

    Task ReportAsync(RunWait? wait) =>
        context.CallActivityAsync(nameof(OutageActivities.ReportOutage), new WaitReport(run.RunId, wait), ActivityFaults.Options);
}
