using DataTransferHub.Tasks.Runs;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Objects.Finding;

/// <summary>Requests that a batch be counted.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Batch">The batch's number.</param>
/// <param name="Findings">The counts of the result that the orchestrator has accepted.</param>
sealed record FindingsRecord(string RunId, int Batch, BatchFindings Findings);

/// <summary>
/// Writes the counts of an accepted batch to the ledger, before any of it is copied. The counts come from the history, so that the ledger
/// and the units agree however often the batch was found.
/// </summary>
sealed class RecordFindings(IRunLedger ledger)
{
    [Function(nameof(RecordFindings))]
    public Task RunAsync([ActivityTrigger] FindingsRecord record, CancellationToken cancellationToken) =>
        ledger.RecordBatchAsync(record.RunId, record.Batch, record.Findings, cancellationToken);
}
