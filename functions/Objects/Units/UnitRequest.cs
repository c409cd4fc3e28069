using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.Units;

/// <summary>Identifies one unit of work of a run.</summary>
/// <param name="Run">The run.</param>
/// <param name="UnitId">The unit.</param>
/// <param name="Patience">
/// Whether an object that fails alone, while its store works otherwise, may still be postponed. False once it was postponed for long.
/// </param>
sealed record UnitRequest(RunRequest Run, string UnitId, bool Patience = true);

/// <summary>The outcome of a unit. <c>Skipped</c> are the vanished and the archived items, which the ledger tells apart.</summary>
/// <param name="Copied">Copied items.</param>
/// <param name="Failed">Failed items.</param>
/// <param name="Skipped">Vanished and archived items.</param>
/// <param name="BytesCopied">Bytes of the copied items.</param>
/// <param name="Outage">If set, the unit is not finished, the counts are 0, and it has to be done again after the outage.</param>
/// <param name="IsUnfinished">Whether the unit has done its share, the counts are 0, and it is continued at once.</param>
/// <param name="SlowUnits">Units of one large object each, into which the unit has put what takes too long as a whole; or null.</param>
sealed record UnitResult(
    long Copied, long Failed, long Skipped, long BytesCopied, Outage? Outage = null, bool IsUnfinished = false,
    IReadOnlyList<string>? SlowUnits = null)
{
    /// <summary>The result of a unit that is continued.</summary>
    public static readonly UnitResult Unfinished = new(0, 0, 0, 0, IsUnfinished: true);

    /// <summary>The result of a unit that has to be done later.</summary>
    public static UnitResult Postponed(Outage outage) => new(0, 0, 0, 0, outage);

    public static UnitResult Of(UnitOutcome outcome) => new(outcome.Copied, outcome.Failed.Count, outcome.Skipped, outcome.BytesCopied);
}
