namespace DataTransferHub.Objects.LargeObjects;

/// <summary>How one large object is copied: its version, its upload, its parts, and how they are verified.</summary>
/// <param name="Key">The key in the source.</param>
/// <param name="DestinationKey">The key at the destination.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ETag">The version's ETag.</param>
/// <param name="UploadId">The multipart upload.</param>
/// <param name="PartSize">Bytes of every part but the last.</param>
/// <param name="PartsPerGroup">Parts that one activity copies.</param>
/// <param name="Check">How the source's bytes are verified.</param>
/// <param name="IsHeld">Whether parts are held in memory to be sent with their MD5, because the destination's ETags are none.</param>
sealed record UploadPlan(
    string Key, string DestinationKey, long Size, string ETag, string UploadId, long PartSize, int PartsPerGroup, SourceCheck Check, bool IsHeld)
{
    public int Parts => (int)((Size + PartSize - 1) / PartSize);

    public int Groups => (Parts + PartsPerGroup - 1) / PartsPerGroup;

    /// <summary>Bytes of a part, numbered from 1.</summary>
    public long LengthOf(int part) => Math.Min(PartSize, Size - (part - 1) * PartSize);
}

/// <summary>How the bytes of a large object are verified against its source.</summary>
enum SourceCheck
{
    /// <summary>The ETag is an MD5, and the line may change bytes: the MD5 is computed part after part.</summary>
    ChainedMd5,

    /// <summary>The ETag is composite and its boundaries are known: the copy has the same ones, so its ETag must be the same.</summary>
    SameComposite,

    /// <summary>The line is encrypted, which protects the bytes on it.</summary>
    Tls,

    /// <summary>Nothing else is offered: every part is read twice, and both readings must agree.</summary>
    ReadTwice,
}

/// <summary>What was known just before an upload was started, written so that an upload whose start was not recorded can be found.</summary>
/// <param name="DestinationKey">The key.</param>
/// <param name="ETag">The version that is to be copied.</param>
/// <param name="UploadsBefore">Ids of the uploads that this key had before.</param>
sealed record UploadIntent(string DestinationKey, string ETag, IReadOnlyList<string> UploadsBefore);

/// <summary>The parts of a group that are at the destination.</summary>
/// <param name="ETags">Their ETags in number order.</param>
/// <param name="ChainState">State of the chained MD5 after them, or null.</param>
sealed record PartGroup(IReadOnlyList<string> ETags, string? ChainState);
