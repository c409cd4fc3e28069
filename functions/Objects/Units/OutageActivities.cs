using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Objects.Units;

/// <summary>Says what a run waits for.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Wait">What it waits for; null if it goes on.</param>
sealed record WaitReport(string RunId, RunWait? Wait);

/// <summary>The activities of a run that waits for the end of an outage.</summary>
sealed class OutageActivities(TransferFactory transfers, IRunLedger ledger)
{
    /// <summary>Records what the run waits for, or that it goes on.</summary>
    [Function(nameof(ReportOutage))]
    public Task ReportOutage([ActivityTrigger] WaitReport report, CancellationToken cancellationToken) =>
        ledger.RecordWaitAsync(report.RunId, report.Wait, cancellationToken);

    /// <summary>Asks both stores for one key. The result is the outage that goes on, or null.</summary>
    [Function(nameof(ProbeStores))]
    public Task<Outage?> ProbeStores([ActivityTrigger] RunRequest run, CancellationToken stopping) =>
        transfers.WorkAsync<Outage?>(run, async cancellationToken =>
        {
            var transfer = await transfers.OpenAsync(run, cancellationToken);
            foreach (var side in (StoreSide[])[StoreSide.Source, StoreSide.Destination])
                await transfer.Retry.RunAsync(token => transfer.ListOneAsync(side, token), cancellationToken);
            return null;
        }, outage => outage, stopping);
}
