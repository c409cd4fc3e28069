using System.Text.Json.Serialization;
using DataTransferHub.Objects.Copying;
using DataTransferHub.Objects.Finding;
using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Objects.Run;

/// <summary>What the run's orchestrator is started with: a <see cref="RunRequest"/>, and how far it is when it continues as new.</summary>
sealed record TransferInput(
    string TaskId, string RunId, IReadOnlyDictionary<string, string> Parameters, string? RetryOfRunId = null, TransferState? State = null)
{
    [JsonIgnore]
    public RunRequest Run => new(TaskId, RunId, Parameters, RetryOfRunId);
}

/// <summary>How far a run is. Small, whatever the number of objects.</summary>
/// <param name="Batch">Number of the next batch to find.</param>
/// <param name="AfterKey">Where it begins.</param>
/// <param name="IsAllFound">Whether there is no next batch.</param>
/// <param name="Batches">Batches with units that wait, in order.</param>
/// <param name="Summary">The counts so far; <c>Found</c> counts only what was dealt with.</param>
sealed record TransferState(int Batch, string? AfterKey, bool IsAllFound, IReadOnlyList<WaitingUnits> Batches, RunSummary Summary)
{
    public static readonly TransferState Start = new(0, null, false, [], new RunSummary(0, 0, 0, 0, 0));

    /// <summary>Units that wait to be copied.</summary>
    [JsonIgnore]
    public int Waiting => Batches.Sum(batch => batch.Count);

    /// <summary>Takes the next unit.</summary>
    public ((string Id, bool IsLarge) Unit, TransferState Left) Take()
    {
        var (first, rest) = (Batches[0], Batches.Skip(1));
        var isLarge = first.NextUnit == first.Units;
        var unit = isLarge ? CopyUnits.LargeUnitId(first.Batch, first.NextLargeUnit) : CopyUnits.UnitId(first.Batch, first.NextUnit);
        var left = isLarge ? first with { NextLargeUnit = first.NextLargeUnit + 1 } : first with { NextUnit = first.NextUnit + 1 };
        return ((unit, isLarge), this with { Batches = left.Count > 0 ? [left, .. rest] : [.. rest] });
    }

    /// <summary>The state after a batch was found.</summary>
    public TransferState With(FindResult found) => this with
    {
        Batch = Batch + 1,
        AfterKey = found.NextKey,
        IsAllFound = found.NextKey is null,
        Batches = found.Units + found.LargeUnits == 0 ? Batches : [.. Batches, new WaitingUnits(Batch, 0, found.Units, 0, found.LargeUnits)],
        Summary = Summary with { Found = Summary.Found + found.Unchanged, Skipped = Summary.Skipped + found.Unchanged },
    };

    /// <summary>The state after a unit was dealt with.</summary>
    public TransferState With(UnitResult unit) => this with
    {
        Summary = new RunSummary(
            Summary.Found + unit.Copied + unit.Failed + unit.Skipped, Summary.Copied + unit.Copied, Summary.Failed + unit.Failed,
            Summary.Skipped + unit.Skipped, Summary.BytesCopied + unit.BytesCopied),
    };
}

/// <summary>The units of one batch that wait to be copied.</summary>
sealed record WaitingUnits(int Batch, int NextUnit, int Units, int NextLargeUnit, int LargeUnits)
{
    [JsonIgnore]
    public int Count => Units - NextUnit + LargeUnits - NextLargeUnit;
}
