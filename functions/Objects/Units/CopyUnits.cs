using System.Text.Json;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.WorkArea;

namespace DataTransferHub.Objects.Units;

/// <summary>What is left of a unit that was interrupted, by an outage for example.</summary>
/// <param name="Done">The outcome of the items that were finished before.</param>
/// <param name="Items">The items to be copied.</param>
/// <param name="Slow">The items that take too long as a whole, and become units of their own when this unit is finished.</param>
sealed record UnitRest(UnitOutcome Done, IReadOnlyList<CopyItem> Items, IReadOnlyList<CopyItem>? Slow = null);

/// <summary>
/// Units of work in the work area: compressed files of JSON lines, one item per line. Orchestrations contain only their numbers.
/// </summary>
static class CopyUnits
{
    /// <summary>The folder of a run.</summary>
    public static string RunFolder(string runId) => IWorkArea.FolderOfRun(runId);

    /// <summary>
    /// The id of a unit of small objects, unique in its run. <paramref name="attempt"/> identifies the execution that found it, so that two
    /// executions of one batch never write to the same files.
    /// </summary>
    public static string UnitId(int batch, string attempt, int unit) => $"batch-{batch}-{attempt}/unit-{unit}";

    /// <summary>The id of a unit that is one large object, unique in its run. See <see cref="UnitId"/>.</summary>
    public static string LargeUnitId(int batch, string attempt, int unit) => $"batch-{batch}-{attempt}/large-{unit}";

    /// <summary>
    /// The id of a large unit for an item of a unit of small objects. <paramref name="attempt"/> identifies the execution that wrote it.
    /// </summary>
    public static string SlowUnitId(string unitId, string attempt, int item) => $"{unitId}.slow-{attempt}-{item}";

    public static Task WriteAsync(
        IWorkArea workArea, string runId, string unitId, IEnumerable<CopyItem> items, CancellationToken cancellationToken) =>
        JsonLines.WriteAsync(workArea, PathOf(runId, unitId), items, cancellationToken);

    /// <exception cref="InvalidOperationException">The unit does not exist: the run has been cleaned up.</exception>
    public static async Task<IReadOnlyList<CopyItem>> ReadAsync(
        IWorkArea workArea, string runId, string unitId, CancellationToken cancellationToken) =>
        await JsonLines.ReadAsync<CopyItem>(workArea, PathOf(runId, unitId), cancellationToken)
        ?? throw new InvalidOperationException($"The unit {unitId} of run {runId} is no longer in the work area.");

    /// <summary>Records that work on the unit starts; false if it had started before and was interrupted.</summary>
    public static async Task<bool> BeginAsync(IWorkArea workArea, string runId, string unitId, CancellationToken cancellationToken)
    {
        var path = PathOf(runId, unitId) + ".begun";
        if (await workArea.ReadAsync(path, cancellationToken) is not null)
            return false;
        await workArea.WriteAsync(path, ReadOnlyMemory<byte>.Empty, cancellationToken);
        return true;
    }

    /// <summary>Records what is left of a unit that is postponed, and the outcome of the other items.</summary>
    public static Task WriteRestAsync(
        IWorkArea workArea, string runId, string unitId, UnitRest rest, CancellationToken cancellationToken) =>
        workArea.WriteAsync(RestOf(runId, unitId), JsonSerializer.SerializeToUtf8Bytes(rest), cancellationToken);

    /// <summary>What is left of a unit that was postponed; null if it was not.</summary>
    public static async Task<UnitRest?> ReadRestAsync(
        IWorkArea workArea, string runId, string unitId, CancellationToken cancellationToken) =>
        await workArea.ReadAsync(RestOf(runId, unitId), cancellationToken) is { } content
            ? JsonSerializer.Deserialize<UnitRest>(content)
            : null;

    static string RestOf(string runId, string unitId) => PathOf(runId, unitId) + ".rest";

    static string PathOf(string runId, string unitId) => $"{RunFolder(runId)}/{unitId}";
}
