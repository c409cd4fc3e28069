using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.Units;

/// <summary>Identifies one unit of work of a run.</summary>
/// <param name="Run">The run.</param>
/// <param name="UnitId">The unit.</param>
sealed record UnitRequest(RunRequest Run, string UnitId);

/// <summary>The outcome of a unit. <c>Skipped</c> are the vanished and the archived items, which the ledger tells apart.</summary>
sealed record UnitResult(long Copied, long Failed, long Skipped, long BytesCopied)
{
    public static UnitResult Of(UnitOutcome outcome) => new(outcome.Copied, outcome.Failed.Count, outcome.Skipped, outcome.BytesCopied);
}
