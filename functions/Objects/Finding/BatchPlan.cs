using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.WorkArea;

namespace DataTransferHub.Objects.Finding;

/// <summary>Splits the findings of one batch into units of work, and counts them.</summary>
/// <param name="workArea">Where the units are written.</param>
/// <param name="runId">The run.</param>
/// <param name="batch">The batch's number.</param>
/// <param name="attempt">Names this execution, see <see cref="CopyUnits.UnitId"/>.</param>
/// <param name="isLarge">Whether an object is a unit of its own.</param>
sealed class BatchPlan(IWorkArea workArea, string runId, int batch, string attempt, Func<CopyItem, bool> isLarge)
{
    const int MaximumUnitItems = 200;
    const long MaximumUnitBytes = 64L << 20;

    readonly List<CopyItem> _unit = [];
    long _unitBytes;
    long _bytesFound;
    long _bytesToCopy;
    long _archived;

    /// <summary>Objects found.</summary>
    public long Found { get; private set; }

    /// <summary>Objects to copy.</summary>
    public long Changes { get; private set; }

    /// <summary>Number of units of small objects.</summary>
    public int Units { get; private set; }

    /// <summary>Number of units of one large object.</summary>
    public int LargeUnits { get; private set; }

    /// <summary>Adds a finding. Archived objects cannot be copied.</summary>
    public Task AddAsync(Finding finding, CancellationToken cancellationToken)
    {
        if (finding is { IsChange: true, Object.IsArchived: false })
            return AddAsync(CopyItem.Of(finding.Object), cancellationToken);
        if (finding.IsChange)
            _archived++;
        Found++;
        _bytesFound += finding.Object.Size;
        return Task.CompletedTask;
    }

    /// <summary>Adds an object to copy.</summary>
    public async Task AddAsync(CopyItem item, CancellationToken cancellationToken)
    {
        Found++;
        Changes++;
        _bytesFound += item.Size;
        _bytesToCopy += item.Size;
        if (isLarge(item))
        {
            await CopyUnits.WriteAsync(workArea, runId, CopyUnits.LargeUnitId(batch, attempt, LargeUnits++), [item], cancellationToken);
            return;
        }

        if (_unit.Count == MaximumUnitItems || _unit.Count > 0 && _unitBytes + item.Size > MaximumUnitBytes)
            await WriteUnitAsync(cancellationToken);
        _unit.Add(item);
        _unitBytes += item.Size;
    }

    /// <summary>Writes the remaining objects.</summary>
    public Task FinishAsync(CancellationToken cancellationToken) =>
        _unit.Count > 0 ? WriteUnitAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>The counts of all findings added.</summary>
    public BatchFindings Findings(bool isLast) => new(Found, _bytesFound, Found - Changes, Changes, _bytesToCopy, isLast, _archived);

    async Task WriteUnitAsync(CancellationToken cancellationToken)
    {
        await CopyUnits.WriteAsync(workArea, runId, CopyUnits.UnitId(batch, attempt, Units++), _unit, cancellationToken);
        _unit.Clear();
        _unitBytes = 0;
    }
}
