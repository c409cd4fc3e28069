using DataTransferHub.Objects.Integrity;
using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.Units;

/// <summary>The outcome of one object.</summary>
abstract record CopyOutcome
{
    CopyOutcome()
    {
    }

    /// <summary>It was copied and verified.</summary>
    /// <param name="Bytes">Its size.</param>
    /// <param name="VerifiedBy">By what means it was verified.</param>
    public sealed record Copied(long Bytes, Verification VerifiedBy) : CopyOutcome;

    /// <summary>It was deleted from the source, or must be restored from an archive before it can be read.</summary>
    public sealed record Skipped : CopyOutcome;

    /// <summary>It failed permanently.</summary>
    public sealed record Failed(FailedItem Item) : CopyOutcome;
}
