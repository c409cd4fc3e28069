using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>Requests that an upload be aborted.</summary>
/// <param name="Upload">The upload.</param>
/// <param name="Step">How its last step ended.</param>
/// <param name="IsFinal">Whether the object is not retried in this run.</param>
sealed record AbandonRequest(UploadRequest Upload, StepResult Step, bool IsFinal);

/// <summary>Aborts an upload that will not be completed and, after the last attempt, records the outcome of its object.</summary>
sealed class AbandonUpload(TransferFactory transfers, IWorkArea workArea, IRunLedger ledger)
{
    [Function(nameof(AbandonUpload))]
    public Task<UnitResult> RunAsync([ActivityTrigger] AbandonRequest request, CancellationToken stopping) =>
        transfers.WorkAsync(request.Upload.Run, async cancellationToken =>
    {
        var (run, unitId, attempt, planName) = request.Upload;
        var transfer = await transfers.OpenAsync(run, cancellationToken);
        if (planName is not null)
        {
            var plan = await new UploadRecords(workArea, request.Upload).ReadPlanAsync(planName, cancellationToken);
            try
            {
                await StartUpload.AbortAsync(transfer, plan.DestinationKey, plan.Session, cancellationToken);
            }
            catch (Exception e) when (e is StoreException or OutageException)
            {
                // The clean-up after the run retries this; one upload that cannot be aborted now must not end the whole run.
                transfer.Log.UploadNotAbandoned(plan.DestinationKey, plan.Session, e.Message);
            }
        }

        if (!request.IsFinal)
            return new UnitResult(0, 0, 0, 0);
        var item = (await CopyUnits.ReadAsync(workArea, run.RunId, unitId, cancellationToken))[0];
        var missing = new MissingObjects(transfer);
        var end = request.Step.End switch
        {
            StepEnd.Archived => new CopyOutcome.Archived(),
            StepEnd.Gone => await missing.EndOfAsync(item, attempt + 1, cancellationToken),
            _ => missing.Fail(item, attempt + 1, request.Step.Error ?? "The object could not be copied. Retry it."),
        };
        var outcome = UnitTally.Of(end);
        await ledger.RecordUnitAsync(run.RunId, unitId, outcome, cancellationToken);
        return UnitResult.Of(outcome);
    }, UnitResult.Postponed, stopping);
}
