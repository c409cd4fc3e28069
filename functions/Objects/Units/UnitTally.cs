using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.Units;

/// <summary>
/// Counts the outcomes of a unit's objects while it is being copied, and reports them to the ledger about once a second, so that progress
/// is visible on slow stores too. These reports are replaced by the record of the finished unit.
/// </summary>
/// <param name="ledger">Gets the reports.</param>
/// <param name="runId">The run.</param>
/// <param name="unitId">The unit.</param>
/// <param name="time">Measures the interval between reports.</param>
/// <param name="before">The outcome of the objects that were finished before the unit was postponed, or null.</param>
sealed class UnitTally(IRunLedger ledger, string runId, string unitId, TimeProvider time, UnitOutcome? before = null)
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    readonly Lock _gate = new();

    // Guarded by _gate.
    readonly List<FailedItem> _failed = [.. before?.Failed ?? []];
    long _copied = before?.Copied ?? 0;
    long _bytes = before?.BytesCopied ?? 0;
    long _vanished = before?.Vanished ?? 0;
    long _archived = before?.Archived ?? 0;
    long _reported = time.GetTimestamp();
    bool _isReporting;

    /// <summary>The outcome of a unit that is one object.</summary>
    public static UnitOutcome Of(CopyOutcome outcome) => outcome switch
    {
        CopyOutcome.Copied copied => new UnitOutcome(1, copied.Bytes, 0, []),
        CopyOutcome.Failed failed => new UnitOutcome(0, 0, 0, [failed.Item]),
        CopyOutcome.Archived => new UnitOutcome(0, 0, 0, [], 1),
        _ => new UnitOutcome(0, 0, 1, []),
    };

    /// <summary>Counts one object.</summary>
    public async Task AddAsync(CopyOutcome outcome, CancellationToken cancellationToken)
    {
        UnitOutcome soFar;
        lock (_gate)
        {
            Count(outcome);
            if (_isReporting || time.GetElapsedTime(_reported) < Interval)
                return;
            _isReporting = true;
            soFar = Total();
        }

        await RecordSoFarAsync(soFar, cancellationToken);
        lock (_gate)
        {
            _isReporting = false;
            _reported = time.GetTimestamp();
        }
    }

    /// <summary>
    /// Records and returns the outcomes so far of an interrupted unit, as it may not be resumed.
    /// </summary>
    public async Task<UnitOutcome> BreakOffAsync()
    {
        UnitOutcome soFar;
        lock (_gate)
            soFar = Total();
        await RecordSoFarAsync(soFar, CancellationToken.None);
        return soFar;
    }

    /// <summary>Records the whole unit.</summary>
    public async Task<UnitOutcome> FinishAsync(CancellationToken cancellationToken)
    {
        UnitOutcome total;
        lock (_gate)
            total = Total();
        await ledger.RecordUnitAsync(runId, unitId, total, cancellationToken);
        return total;
    }

    Task RecordSoFarAsync(UnitOutcome soFar, CancellationToken cancellationToken) =>
        ledger.RecordUnitAsync(runId, $"{unitId}/so-far", soFar, cancellationToken);

    void Count(CopyOutcome outcome)
    {
        switch (outcome)
        {
            case CopyOutcome.Copied copied:
                _copied++;
                _bytes += copied.Bytes;
                break;
            case CopyOutcome.Vanished:
                _vanished++;
                break;
            case CopyOutcome.Archived:
                _archived++;
                break;
            case CopyOutcome.Failed failed:
                _failed.Add(failed.Item);
                break;
        }
    }

    UnitOutcome Total() => new(
        _copied, _bytes, _vanished, [.. _failed.OrderBy(item => item.Key, StringComparer.Ordinal)], _archived);
}
