using System.Collections.Concurrent;
using System.Collections.Frozen;
using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Settings;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Objects.Copying;

/// <summary>
/// Copies a unit of small objects. May run twice: writes of objects are atomic, objects that have arrived are not sent again, and the
/// outcome is recorded under the unit's id. Ends after about a minute, whatever is left; when a store has an outage, the rest of the unit
/// is postponed.
/// </summary>
sealed class CopyObjects(
    TransferFactory transfers, IWorkArea workArea, IRunLedger ledger, IOptions<ObjectOptions> options, TimeProvider time)
{
    // What has not begun by then is left to the next execution.
    static readonly TimeSpan Share = TimeSpan.FromSeconds(45);

    // What takes longer is better copied in parts, if it can be.
    static readonly TimeSpan LongestWhole = TimeSpan.FromSeconds(90);

    [Function(nameof(CopyObjects))]
    public Task<UnitResult> RunAsync([ActivityTrigger] UnitRequest request, CancellationToken stopping) =>
        transfers.WorkAsync(request.Run, async (pausing, cancellationToken) =>
    {
        var (run, unitId, isPatient) = request;
        using var share = new CancellationTokenSource(Share, time);
        var transfer = await transfers.OpenAsync(run, cancellationToken, share.Token);
        var copier = new ObjectCopier(transfer, share.Token);
        var rest = await CopyUnits.ReadRestAsync(workArea, run.RunId, unitId, cancellationToken);
        var items = rest?.Items ?? await CopyUnits.ReadAsync(workArea, run.RunId, unitId, cancellationToken);
        var arrived = await CopyUnits.BeginAsync(workArea, run.RunId, unitId, cancellationToken)
            ? FrozenSet<string>.Empty
            : await new ArrivedObjects(transfer).FindAsync(items, cancellationToken);
        var tally = new UnitTally(ledger, run.RunId, unitId, time, rest?.Done);
        var left = new ConcurrentQueue<CopyItem>();
        var slow = new ConcurrentQueue<CopyItem>(rest?.Slow ?? []);
        var versions = new ConcurrentQueue<CopiedVersion>();
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
                    : Volatile.Read(ref outage) is null && !share.IsCancellationRequested ? await CopyAsync(item)
                    : new CopyOutcome.Left();
                if (outcome is CopyOutcome.Left)
                    left.Enqueue(item);
                else if (outcome is CopyOutcome.Slow)
                    slow.Enqueue(item);
                else
                {
                    if (outcome is CopyOutcome.Copied { Version: { } version })
                        versions.Enqueue(version);
                    await tally.AddAsync(outcome, stopping);
                }
            });
            // Before the unit is recorded, as its objects may then have no other trace.
            await transfer.Versions.WriteAsync([.. versions], stopping);
            if (!left.IsEmpty)
            {
                var done = await tally.BreakOffAsync();
                await CopyUnits.WriteRestAsync(workArea, run.RunId, unitId, new UnitRest(done, [.. left], [.. slow]), stopping);
                return outage is null ? UnitResult.Unfinished : UnitResult.Postponed(outage);
            }
        }
        catch
        {
            await tally.BreakOffAsync();
            throw;
        }

        var slowUnits = await WriteSlowUnitsAsync(run, unitId, slow, cancellationToken);
        var result = UnitResult.Of(await tally.FinishAsync(cancellationToken)) with { SlowUnits = slowUnits };
        transfer.Log.UnitFinished(unitId, result);
        return result;

        async Task<CopyOutcome> CopyAsync(CopyItem item)
        {
            using var enough = transfer.CanDivide(item.Size) ? new CancellationTokenSource(LongestWhole, time) : null;
            using var either = enough is null ? null : CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellationToken);
            var started = transfer.Route.Rate.Now;
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                var outcome = await copier.CopyAsync(item, isPatient, either?.Token ?? cancellationToken);
                if (outcome is not CopyOutcome.Postponed { Fault: var fault })
                    return outcome;
                Interlocked.CompareExchange(ref outage, transfers.OutageOf(fault), null);
            }
            catch (OperationCanceledException) when (pausing.IsCancellationRequested && !stopping.IsCancellationRequested)
            {
                Volatile.Write(ref outage, Outage.Pause);
            }
            catch (OperationCanceledException)
                when (enough is { IsCancellationRequested: true } && !cancellationToken.IsCancellationRequested)
            {
                transfer.Route.Rate.Note(item.Size, started);
                return new CopyOutcome.Slow();
            }
            catch (OperationCanceledException) when (share.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                // It had not begun, or was to be tried again.
            }

            return new CopyOutcome.Left();
        }
    }, UnitResult.Postponed, stopping);

    async Task<IReadOnlyList<string>?> WriteSlowUnitsAsync(
        RunRequest run, string unitId, ConcurrentQueue<CopyItem> slow, CancellationToken cancellationToken)
    {
        if (slow.IsEmpty)
            return null;
        var attempt = Guid.NewGuid().ToString("N");
        var ids = new List<string>();
        foreach (var item in slow)
        {
            ids.Add(CopyUnits.SlowUnitId(unitId, attempt, ids.Count));
            await CopyUnits.WriteAsync(workArea, run.RunId, ids[^1], [item], cancellationToken);
        }

        return ids;
    }
}
