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
/// <param name="Spans">
/// The spans that nobody searches; null for the one that <paramref name="AfterKey"/> and <paramref name="Token"/> begin, as versions up to
/// 0.2.0 have it.
/// </param>
sealed record TransferState(int Batch, string? AfterKey, bool IsAllFound, IReadOnlyList<WaitingUnits> Batches, RunSummary Summary,
    string? Token = null, IReadOnlyList<SearchSpan>? Spans = null)
{
    static readonly RunSummary Nothing = new(0, 0, 0, 0, 0);

    public static readonly TransferState Start = new(0, null, false, [], Nothing);

    /// <summary>The spans that nobody searches.</summary>
    [JsonIgnore]
    public IReadOnlyList<SearchSpan> OpenSpans => Spans ?? (IsAllFound ? [] : [new SearchSpan(AfterKey, Token)]);

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

    /// <summary>Takes the first open span, with the number of its batch.</summary>
    public (SearchSpan Span, int Batch, TransferState Left) TakeSpan()
    {
        var span = OpenSpans[0];
        return (span, span.Batch ?? Batch, this with
        {
            Batch = span.Batch is null ? Batch + 1 : Batch,
            Spans = [.. OpenSpans.Skip(1)],
        });
    }

    /// <summary>The state in which a span that was taken is open again, under the same number.</summary>
    public TransferState Return(SearchSpan span, int batch) => this with { Spans = [span with { Batch = batch }, .. OpenSpans] };

    /// <summary>The state after a batch of a span was found. What is left of the span is open.</summary>
    public TransferState With(FindResult found, SearchSpan span, int batch)
    {
        IReadOnlyList<SearchSpan> spans = found.IsLast ? OpenSpans : [.. OpenSpans, .. span.Rest(found)];
        return this with
        {
            AfterKey = null,
            Token = null,
            Spans = spans,
            IsAllFound = spans.Count == 0,
            Batches = found.Units + found.LargeUnits == 0
                ? Batches : [.. Batches, new WaitingUnits(batch, found.Attempt, 0, found.Units, 0, found.LargeUnits)],
            Summary = Add(Summary, new RunSummary(found.Findings.Found, 0, 0, found.Findings.Skipped, 0)),
        };
    }

    /// <summary>The state after a unit has been finished.</summary>
    public TransferState With(UnitResult unit) =>
        this with { Summary = Add(Summary, new RunSummary(0, unit.Copied, unit.Failed, unit.Skipped, unit.BytesCopied)) };

    /// <summary>The state after a later generation has done the rest.</summary>
    public TransferState With(RunSummary rest) => this with { IsAllFound = true, Spans = [], Batches = [], Summary = Add(Summary, rest) };

    /// <summary>The initial state of a later generation, while this one keeps its counts.</summary>
    public TransferState Rest() => this with { Summary = Nothing };

    static RunSummary Add(RunSummary one, RunSummary other) => new(
        one.Found + other.Found, one.Copied + other.Copied, one.Failed + other.Failed, one.Skipped + other.Skipped,
        one.BytesCopied + other.BytesCopied);
}

/// <summary>A span of keys that is searched batch by batch.</summary>
/// <param name="AfterKey">The key after which the next batch starts, or null.</param>
/// <param name="Token">The token at which it starts, or null.</param>
/// <param name="To">The last key of the span, or null.</param>
/// <param name="Batch">The number of its next batch, if it has one.</param>
sealed record SearchSpan(string? AfterKey, string? Token, string? To = null, int? Batch = null)
{
    /// <summary>What is left of the span after a batch: several spans if it was split.</summary>
    public IEnumerable<SearchSpan> Rest(FindResult found)
    {
        var splits = found.Splits ?? [];
        for (var i = 0; i <= splits.Count; i++)
        {
            var to = i < splits.Count ? splits[i] : To;
            yield return i == 0 ? new SearchSpan(found.NextKey, found.NextToken, to) : new SearchSpan(splits[i - 1], null, to);
        }
    }
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
