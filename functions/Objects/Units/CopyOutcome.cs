using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.Units;

/// <summary>What became of one object.</summary>
abstract record CopyOutcome
{
    CopyOutcome()
    {
    }

    /// <summary>It is at the destination, verified.</summary>
    public sealed record Copied(long Bytes) : CopyOutcome;

    /// <summary>It had gone from the source, or cannot be read before it is restored from an archive.</summary>
    public sealed record Skipped : CopyOutcome;

    /// <summary>It was given up.</summary>
    public sealed record Failed(FailedItem Item) : CopyOutcome;
}
