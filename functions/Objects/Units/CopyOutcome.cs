using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Stores;
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
    /// <param name="Version">What is to be recorded of it; null if its checksums can be compared.</param>
    public sealed record Copied(long Bytes, Verification VerifiedBy, CopiedVersion? Version = null) : CopyOutcome;

    /// <summary>It was deleted from the source: a listing made after the attempt to read it no longer has it.</summary>
    public sealed record Vanished : CopyOutcome;

    /// <summary>It must be restored from an archive before it can be read.</summary>
    public sealed record Archived : CopyOutcome;

    /// <summary>A store has an outage; it is copied later.</summary>
    public sealed record Postponed(StoreException Fault) : CopyOutcome;

    /// <summary>It was not tried, or not to the end; it is copied later.</summary>
    public sealed record Left : CopyOutcome;

    /// <summary>It takes too long in one piece, and is copied in parts.</summary>
    public sealed record Slow : CopyOutcome;

    /// <summary>It failed permanently.</summary>
    public sealed record Failed(FailedItem Item) : CopyOutcome;
}
