using System.Collections.Concurrent;
using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.Tests.Fakes;

sealed class MemoryLeftovers : ILeftovers
{
    readonly ConcurrentDictionary<LeftoverRun, IReadOnlyList<LeftItem>> _left = new();

    /// <summary>What a run has left.</summary>
    public IReadOnlyList<LeftItem> Of(string runId) =>
        _left.Where(entry => entry.Key.RunId == runId).SelectMany(entry => entry.Value).ToList();

    public Task RecordAsync(string taskId, string runId, IReadOnlyList<LeftItem> left, CancellationToken cancellationToken)
    {
        var run = new LeftoverRun(taskId, runId);
        if (left.Count == 0)
            _left.TryRemove(run, out _);
        else
            _left[run] = left;
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<Leftover>> ListAsync(string taskId, int count, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<LeftoverRun>> ListRunsAsync(string? taskId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LeftoverRun>>(_left.Keys.Where(run => taskId is null || run.TaskId == taskId).ToList());
}
