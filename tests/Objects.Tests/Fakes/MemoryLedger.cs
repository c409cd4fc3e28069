using System.Collections.Concurrent;
using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.Tests.Fakes;

sealed class MemoryLedger : IRunLedger
{
    readonly Lock _lock = new();
    readonly Dictionary<(string RunId, int Batch), BatchFindings> _batches = [];
    readonly Dictionary<(string RunId, string UnitId), UnitOutcome> _units = [];
    readonly HashSet<string> _finished = [];

    public IReadOnlyList<UnitOutcome> Outcomes(string runId)
    {
        lock (_lock)
            return _units.Where(unit => unit.Key.RunId == runId).Select(unit => unit.Value).ToList();
    }

    public IReadOnlyList<BatchFindings> Batches(string runId)
    {
        lock (_lock)
            return _batches.Where(batch => batch.Key.RunId == runId).Select(batch => batch.Value).ToList();
    }

    public Task StartRunAsync(string runId, string taskId, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task RecordBatchAsync(string runId, int batch, BatchFindings findings, CancellationToken cancellationToken)
    {
        lock (_lock)
            _batches[(runId, batch)] = findings;
        return Task.CompletedTask;
    }

    public Task RecordUnitAsync(string runId, string unitId, UnitOutcome outcome, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var part
                in _units.Keys.Where(key => key.RunId == runId && key.UnitId.StartsWith(unitId + "/", StringComparison.Ordinal)).ToList())
                _units.Remove(part);
            _units[(runId, unitId)] = outcome;
        }

        return Task.CompletedTask;
    }

    public Task DiscardPartsAsync(string runId, string unitId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var part
                in _units.Keys.Where(key => key.RunId == runId && key.UnitId.StartsWith(unitId + "/", StringComparison.Ordinal)).ToList())
                _units.Remove(part);
        }

        return Task.CompletedTask;
    }

    public Task FinishRunAsync(string runId, CancellationToken cancellationToken)
    {
        lock (_lock)
            _finished.Add(runId);
        return Task.CompletedTask;
    }

    /// <summary>What runs waited for, in order; null where they went on.</summary>
    public ConcurrentQueue<RunWait?> Waits { get; } = [];

    public Task RecordWaitAsync(string runId, RunWait? wait, CancellationToken cancellationToken)
    {
        Waits.Enqueue(wait);
        return Task.CompletedTask;
    }

    public Task<bool> IsOpenAsync(string runId, CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult(!_finished.Contains(runId));
    }

    public Task<RunProgress?> GetProgressAsync(string runId, CancellationToken cancellationToken) => Task.FromResult<RunProgress?>(null);

    public Task<IReadOnlyList<FailedItem>> ListFailedAsync(
        string runId, string? afterKey, int count, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<FailedItem>>(Outcomes(runId).SelectMany(unit => unit.Failed).OrderBy(item => item.Key,
            StringComparer.Ordinal).Where(item => afterKey is null || string.CompareOrdinal(item.Key, afterKey) > 0).Take(count).ToList());
}
