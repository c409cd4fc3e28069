using System.Text.Json.Serialization;
using DataTransferHub.Objects.Finding;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Objects.Run;

/// <summary>
/// The input of the run's orchestrator: a <see cref="RunRequest"/> and, in a later generation, the state of the run.
/// </summary>
sealed record TransferInput(
    string TaskId, string RunId, IReadOnlyDictionary<string, string> Parameters, string? RetryOfRunId = null,
    TransferState? State = null, int Generation = 1, LanePlaces Taken = default, RunLimits? Limits = null)
{
    [JsonIgnore]
    public RunRequest Run => new(TaskId, RunId, Parameters, RetryOfRunId);
}

/// <summary>The two kinds of work, which are done concurrently so that neither waits for the other.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Lane>))]
enum Lane
{
    /// <summary>Units of small objects.</summary>
    Small,

    /// <summary>Single large objects.</summary>
    Large,
}

/// <summary>A number of slots in each lane.</summary>
readonly record struct LanePlaces(int Small, int Large)
{
    public int this[Lane lane] => lane == Lane.Small ? Small : Large;

    public LanePlaces Add(Lane lane, int count) =>
        lane == Lane.Small ? this with { Small = Small + count } : this with { Large = Large + count };
}

/// <summary>The state of a run. Small, whatever the number of objects.</summary>
/// <param name="Batch">Number of the next batch to find.</param>
/// <param name="AfterKey">The key after which it starts.</param>
/// <param name="IsAllFound">Whether there are no more batches.</param>
/// <param name="Batches">Batches with waiting units, in order.</param>
/// <param name="Summary">The counts so far.</param>
/// <param name="Token">The token at which the next batch starts, or null if it starts after the key.</param>
sealed record TransferState(int Batch, string? AfterKey, bool IsAllFound, IReadOnlyList<WaitingUnits> Batches, RunSummary Summary,
    string? Token = null)
{
    static readonly RunSummary Nothing = new(0, 0, 0, 0, 0);

    public static readonly TransferState Start = new(0, null, false, [], Nothing);

    /// <summary>Units of small objects that wait to be copied.</summary>
    [JsonIgnore]
    public int SmallWaiting => Batches.Sum(batch => batch.Small);

    /// <summary>Whether nothing is left to find or to start.</summary>
    [JsonIgnore]
    public bool IsAllBegun => IsAllFound && Batches.Count == 0;

    /// <summary>Takes the next unit of a lane, if any.</summary>
    public (string? UnitId, TransferState Left) Take(Lane lane)
    {
        for (var i = 0; i < Batches.Count; i++)
        {
            var batch = Batches[i];
            if ((lane == Lane.Small ? batch.Small : batch.Large) == 0)
                continue;
            var (unit, left) = lane == Lane.Small ? batch.TakeSmall() : batch.TakeLarge();
            IEnumerable<WaitingUnits> rest = left.Small + left.Large > 0 ? [left] : [];
            return (unit, this with { Batches = [.. Batches.Take(i), .. rest, .. Batches.Skip(i + 1)] });
        }

        return (null, this);
    }

    /// <summary>The state after a batch was found.</summary>
    public TransferState With(FindResult found) => this with
    {
        Batch = Batch + 1,
        AfterKey = found.NextKey,
        Token = found.NextToken,
        IsAllFound = found.IsLast,
        Batches = found.Units + found.LargeUnits == 0
            ? Batches : [.. Batches, new WaitingUnits(Batch, found.Attempt, 0, found.Units, 0, found.LargeUnits)],
        Summary = Add(Summary, new RunSummary(found.Findings.Found, 0, 0, found.Findings.Skipped, 0)),
    };

    /// <summary>The state after a unit has been finished.</summary>
    public TransferState With(UnitResult unit) =>
        this with { Summary = Add(Summary, new RunSummary(0, unit.Copied, unit.Failed, unit.Skipped, unit.BytesCopied)) };

    /// <summary>The state after a later generation has done the rest.</summary>
    public TransferState With(RunSummary rest) => this with { IsAllFound = true, Batches = [], Summary = Add(Summary, rest) };

    /// <summary>The initial state of a later generation, while this one keeps its counts.</summary>
    public TransferState Rest() => this with { Summary = Nothing };

    static RunSummary Add(RunSummary one, RunSummary other) => new(
        one.Found + other.Found, one.Copied + other.Copied, one.Failed + other.Failed, one.Skipped + other.Skipped,
        one.BytesCopied + other.BytesCopied);
}

/// <summary>The waiting units of one batch.</summary>
sealed record WaitingUnits(int Batch, string Attempt, int NextUnit, int Units, int NextLargeUnit, int LargeUnits)
{
    [JsonIgnore]
    public int Small => Units - NextUnit;

    [JsonIgnore]
    public int Large => LargeUnits - NextLargeUnit;

    /// <summary>Takes the next unit of small objects.</summary>
    public (string UnitId, WaitingUnits Left) TakeSmall() =>
        (CopyUnits.UnitId(Batch, Attempt, NextUnit), this with { NextUnit = NextUnit + 1 });

    /// <summary>Takes the next large object.</summary>
    public (string UnitId, WaitingUnits Left) TakeLarge() =>
        (CopyUnits.LargeUnitId(Batch, Attempt, NextLargeUnit), this with { NextLargeUnit = NextLargeUnit + 1 });
}
