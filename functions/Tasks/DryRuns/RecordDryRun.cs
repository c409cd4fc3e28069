using DataTransferHub.Tasks.Store;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Tasks.DryRuns;

/// <summary>What a dry run has found so far.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Number">The dry run's number.</param>
/// <param name="Counts">The counts.</param>
/// <param name="IsLast">Whether it ends.</param>
/// <param name="Error">Why it ends early, or null.</param>
sealed record DryRunReport(string TaskId, int Number, DryRunCounts Counts, bool IsLast, string? Error);

/// <summary>Records what a dry run has found so far, and ends it if its task was stopped. The result is whether it goes on.</summary>
sealed class RecordDryRun(IDryRunStore dryRuns, ITaskStore tasks)
{
    const string Stopped = "The task was stopped.";

    [Function(nameof(RecordDryRun))]
    public async Task<bool> RunAsync([ActivityTrigger] DryRunReport report, CancellationToken cancellationToken)
    {
        var task = report.IsLast ? null : await tasks.GetAsync(report.TaskId, cancellationToken);
        var error = report.Error ?? (task?.Progress is TaskProgress.Stopping or TaskProgress.Stopped ? Stopped : null);
        var state = error is not null ? DryRunState.Error : report.IsLast ? DryRunState.Done : DryRunState.Running;
        return await dryRuns.RecordAsync(report.TaskId, report.Number, report.Counts, state, error, cancellationToken);
    }
}
