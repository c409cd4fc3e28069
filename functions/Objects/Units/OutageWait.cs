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
    // An event says that the task was resumed. One that is lost with the process that was to send it is made up for by asking.
    static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    DateTime? _since;
    int _attempts;

    /// <summary>The run has made progress: the next outage is a new one.</summary>
    public void Forget() => (_since, _attempts) = (null, 0);

    /// <summary>Waits until the task is not paused and both stores answer.</summary>
    /// <exception cref="TransferFailedException">The outage has lasted for too long.</exception>
    public async Task UntilOverAsync(Outage outage)
    {
        for (Outage? now = outage; now is not null; now = await ProbeAsync())
            await (now.IsPause ? UntilResumedAsync() : PauseAsync(now));
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

    async Task UntilResumedAsync()
    {
        context.SetCustomStatus("paused");
        using var enough = new CancellationTokenSource();
        var timer = context.CreateTimer(context.CurrentUtcDateTime + LongestPause, enough.Token);
        await Task.WhenAny(timer, context.WaitForExternalEvent<object?>(RunEvents.Resumed));
        // Not CancelAsync, which continues on another thread; an orchestrator must not.
        enough.Cancel();
        Forget();
    }

    Task<Outage?> ProbeAsync() =>
        context.CallActivityAsync<Outage?>(nameof(OutageActivities.ProbeStores), run, ActivityFaults.Options);

    Task ReportAsync(RunWait? wait) =>
        context.CallActivityAsync(nameof(OutageActivities.ReportOutage), new WaitReport(run.RunId, wait), ActivityFaults.Options);
}
