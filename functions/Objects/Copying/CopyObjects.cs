using System.Collections.Frozen;
using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Settings;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Objects.Copying;

/// <summary>
/// Copies a unit of small objects. May run twice: writes of objects are atomic, objects that have arrived are not sent again, and the
/// outcome is recorded under the unit's id.
/// </summary>
sealed class CopyObjects(
    TransferFactory transfers, IWorkArea workArea, IRunLedger ledger, TransferLimiter limiter, IOptions<ObjectOptions> options,
    TimeProvider time)
{
    [Function(nameof(CopyObjects))]
    public Task<UnitResult> RunAsync([ActivityTrigger] UnitRequest request, CancellationToken stopping) =>
        transfers.WorkAsync(request.Run, async cancellationToken =>
    {
        var (run, unitId) = request;
        var transfer = await transfers.OpenAsync(run, cancellationToken);
        var copier = new ObjectCopier(transfer, limiter);
        var items = await CopyUnits.ReadAsync(workArea, run.RunId, unitId, cancellationToken);
        var arrived = await CopyUnits.BeginAsync(workArea, run.RunId, unitId, cancellationToken)
            ? FrozenSet<string>.Empty
            : await new ArrivedObjects(transfer).FindAsync(items, cancellationToken);
        var tally = new UnitTally(ledger, run.RunId, unitId, time);
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.Value.ConcurrentTransfersPerUnit,
            CancellationToken = cancellationToken,
        };
        try
        {
            await Parallel.ForEachAsync(items, parallel, async (item, token) => await tally.AddAsync(
                arrived.Contains(item.Key)
                    ? new CopyOutcome.Copied(item.Size, Verification.Md5)
                    : await copier.CopyAsync(item, token),
                token));
        }
        catch
        {
            await tally.BreakOffAsync();
            throw;
        }

        var result = UnitResult.Of(await tally.FinishAsync(cancellationToken));
        transfer.Log.UnitFinished(unitId, result);
        return result;
    }, stopping);
}
