using System.Text.Json.Serialization;
using DataTransferHub.Objects.Integrity;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>How one large object is copied: its version, its upload, its parts, and how they are verified.</summary>
/// <param name="Key">The key in the source.</param>
/// <param name="DestinationKey">The key at the destination.</param>
/// <param name="ETag">The version's ETag.</param>
/// <param name="UploadId">The multipart upload.</param>
/// <param name="Layout">Its parts.</param>
/// <param name="PartsPerGroup">Parts that one activity copies.</param>
/// <param name="Check">How the source's bytes are verified.</param>
/// <param name="IsHeld">Whether parts must be sent with their MD5, because the destination's ETags are none.</param>
/// <param name="ReplacedETag">The ETag of the object that the destination had under the key before, or null.</param>
sealed record UploadPlan(
    string Key, string DestinationKey, string ETag, string UploadId, PartLayout Layout, int PartsPerGroup, SourceCheck Check, bool IsHeld,
    string? ReplacedETag)
{
    [JsonIgnore]
    public long Size => Layout.Size;

    [JsonIgnore]
    public int Groups => (Layout.Parts + PartsPerGroup - 1) / PartsPerGroup;
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

/// <summary>
/// What was known just before an upload was started, written so that an upload whose start was not recorded can be found.
/// </summary>
/// <param name="DestinationKey">The key.</param>
/// <param name="ETag">The version that is to be copied.</param>
/// <param name="UploadsBefore">Ids of the uploads that this key had before.</param>
sealed record UploadIntent(string DestinationKey, string ETag, IReadOnlyList<string> UploadsBefore);

/// <summary>The parts of a group that are at the destination, in number order.</summary>
/// <param name="Parts">The parts.</param>
/// <param name="ChainState">State of the chained MD5 after them, or null.</param>
sealed record PartGroup(IReadOnlyList<CopiedPart> Parts, string? ChainState);

/// <summary>A part that is at the destination.</summary>
/// <param name="ETag">Its ETag there.</param>
/// <param name="Md5">
/// The MD5 of its bytes in hexadecimal digits, which the ETag is not everywhere; null where nothing depends on it.
/// </param>
sealed record CopiedPart(string ETag, string? Md5);
