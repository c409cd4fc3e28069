using System.Collections.Concurrent;
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
/// outcome is recorded under the unit's id. When a store has an outage, the rest of the unit is postponed.
/// </summary>
sealed class CopyObjects(
    TransferFactory transfers, IWorkArea workArea, IRunLedger ledger, IOptions<ObjectOptions> options, TimeProvider time)
{
    [Function(nameof(CopyObjects))]
    public Task<UnitResult> RunAsync([ActivityTrigger] UnitRequest request, CancellationToken stopping) =>
        transfers.WorkAsync(request.Run, async (pausing, cancellationToken) =>
    {
        var (run, unitId, isPatient) = request;
        var transfer = await transfers.OpenAsync(run, cancellationToken);
        var copier = new ObjectCopier(transfer);
        var rest = await CopyUnits.ReadRestAsync(workArea, run.RunId, unitId, cancellationToken);
        var items = rest?.Items ?? await CopyUnits.ReadAsync(workArea, run.RunId, unitId, cancellationToken);
        var arrived = await CopyUnits.BeginAsync(workArea, run.RunId, unitId, cancellationToken)
            ? FrozenSet<string>.Empty
            : await new ArrivedObjects(transfer).FindAsync(items, cancellationToken);
        var tally = new UnitTally(ledger, run.RunId, unitId, time, rest?.Done);
        var postponed = new ConcurrentQueue<CopyItem>();
        Outage? outage = null;
        // Not with the token: what is finished when a pause cuts off the rest is kept.
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Value.ConcurrentTransfersPerUnit };
        try
        {
            await Parallel.ForEachAsync(items, parallel, async (item, _) =>
            {
                if (pausing.IsCancellationRequested)
                    Volatile.Write(ref outage, Outage.Pause);
                var outcome = arrived.Contains(item.Key) ? new CopyOutcome.Copied(item.Size, Verification.Md5)
                    : Volatile.Read(ref outage) is null ? await CopyAsync(item)
                    : null;
                if (outcome is null)
                    postponed.Enqueue(item);
                else
                    await tally.AddAsync(outcome, stopping);
            });
            if (outage is not null)
            {
                var done = await tally.BreakOffAsync();
                await CopyUnits.WriteRestAsync(workArea, run.RunId, unitId, new UnitRest(done, [.. postponed]), stopping);
                return UnitResult.Postponed(outage);
            }
        }
        catch
        {
            await tally.BreakOffAsync();
            throw;
        }

        var result = UnitResult.Of(await tally.FinishAsync(cancellationToken));
        transfer.Log.UnitFinished(unitId, result);
        return result;

        // Null if it is postponed.
        async Task<CopyOutcome?> CopyAsync(CopyItem item)
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                var outcome = await copier.CopyAsync(item, isPatient, cancellationToken);
                if (outcome is not CopyOutcome.Postponed { Fault: var fault })
                    return outcome;
                Interlocked.CompareExchange(ref outage, transfers.OutageOf(fault), null);
            }
            catch (OperationCanceledException) when (pausing.IsCancellationRequested && !stopping.IsCancellationRequested)
            {
                Volatile.Write(ref outage, Outage.Pause);
            }

            return null;
        }
    }, UnitResult.Postponed, stopping);
}
