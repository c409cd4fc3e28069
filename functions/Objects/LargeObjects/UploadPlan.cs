using System.Text.Json.Serialization;
using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>
/// How one large object is copied: its version, its upload, its parts, and how they are verified. Names in files are those of version
/// 0.1.0, whose uploads are gone on with.
/// </summary>
/// <param name="Key">The key in the source.</param>
/// <param name="DestinationKey">The key at the destination.</param>
/// <param name="Version">The source's version.</param>
/// <param name="Session">The upload.</param>
/// <param name="Layout">Its parts.</param>
/// <param name="PartsPerGroup">Parts that one activity copies.</param>
/// <param name="Check">How the source's bytes are verified.</param>
/// <param name="IsHeld">Whether parts must be sent with their MD5, because the destination answers without one.</param>
/// <param name="Replaced">The version that the destination had under the key before; unknown where it had none.</param>
/// <param name="Checksum">The source's checksum, where the check needs it. Version 0.1.0 did not write it.</param>
sealed record UploadPlan(
    string Key,
    string DestinationKey,
    [property: JsonPropertyName("ETag")] ObjectVersion Version,
    [property: JsonPropertyName("UploadId")] UploadSession Session,
    PartLayout Layout,
    int PartsPerGroup,
    SourceCheck Check,
    bool IsHeld,
    [property: JsonPropertyName("ReplacedETag")] ObjectVersion? Replaced,
    Checksum? Checksum = null)
{
    /// <summary>The checksum that the source's bytes must have. The version of version 0.1.0 was that checksum.</summary>
    [JsonIgnore]
    public Checksum? SourceChecksum => Checksum ?? Check switch
    {
        SourceCheck.ChainedMd5 => new Checksum(ChecksumKind.Md5, Version.Value.ToLowerInvariant()),
        SourceCheck.SameParts => new Checksum(ChecksumKind.Md5OfParts, Version.Value.ToLowerInvariant()),
        _ => null,
    };

    [JsonIgnore]
    public long Size => Layout.Size;

    [JsonIgnore]
    public int Groups => (Layout.Parts + PartsPerGroup - 1) / PartsPerGroup;
}

/// <summary>How the bytes of a large object are verified against its source.</summary>
enum SourceCheck
{
    /// <summary>The source has an MD5, and bytes may change on the way: the MD5 is computed part after part.</summary>
    ChainedMd5,

    /// <summary>
    /// The source has an MD5 of parts whose boundaries are known: the copy has the same ones, so its checksum must be the same.
    /// </summary>
    SameParts,

    /// <summary>The way from the source protects the bytes on it.</summary>
    Transit,

    /// <summary>Nothing else is offered: every part is read twice, and both readings must agree.</summary>
    ReadTwice,
}

/// <summary>
/// What was known just before an upload was started, written so that an upload whose start was not recorded can be found.
/// </summary>
/// <param name="DestinationKey">The key.</param>
/// <param name="Version">The version that is to be copied.</param>
/// <param name="UploadsBefore">The uploads that this key had before.</param>
sealed record UploadIntent(
    string DestinationKey, [property: JsonPropertyName("ETag")] ObjectVersion Version, IReadOnlyList<UploadSession> UploadsBefore);

/// <summary>The parts of a group that are at the destination, in number order.</summary>
/// <param name="Parts">The parts.</param>
/// <param name="ChainState">State of the chained MD5 after them, or null.</param>
sealed record PartGroup(IReadOnlyList<CopiedPart> Parts, string? ChainState);

/// <summary>A part that is at the destination.</summary>
/// <param name="Receipt">What the destination wants back when the parts are joined.</param>
/// <param name="Md5">The MD5 of its bytes in hexadecimal digits; null where nothing depends on it.</param>
/// <param name="HasStoredMd5">
/// Whether the destination says that this is the MD5 of what it has stored. Version 0.1.0 did not write it: there the receipt was that MD5.
/// </param>
sealed record CopiedPart([property: JsonPropertyName("ETag")] string Receipt, string? Md5, bool? HasStoredMd5 = null)
{
    /// <summary>The MD5 of its bytes, or null.</summary>
    [JsonIgnore]
    public Checksum? Checksum => Md5 is null ? null : new Checksum(ChecksumKind.Md5, Md5);

    /// <summary>Whether the destination has confirmed the MD5.</summary>
    [JsonIgnore]
    public bool IsConfirmed => Md5 is not null && (HasStoredMd5 ?? string.Equals(Receipt, Md5, StringComparison.OrdinalIgnoreCase));
}
