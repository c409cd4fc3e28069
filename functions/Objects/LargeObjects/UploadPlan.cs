using System.Text.Json.Serialization;
using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>
/// How one large object is copied: its version, its upload, its parts, and how they are verified. The names in files are those of version
/// 0.1.0, so that its uploads can be resumed.
/// </summary>
/// <param name="Key">The key in the source.</param>
/// <param name="DestinationKey">The key at the destination.</param>
/// <param name="Version">The source's version.</param>
/// <param name="Session">The upload.</param>
/// <param name="Layout">Its parts.</param>
/// <param name="PartsPerGroup">Parts that one activity copies.</param>
/// <param name="Check">How the source's bytes are verified.</param>
/// <param name="IsHeld">Whether parts must be sent with their MD5, because the destination does not return it.</param>
/// <param name="Replaced">The version that the destination had under the key before; unknown if it had none.</param>
/// <param name="Checksum">The source's checksum, if the check needs it. Version 0.1.0 did not write it.</param>
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
    /// <summary>The checksum that the source's bytes must have. In plans of version 0.1.0, the object version was that checksum.</summary>
    [JsonIgnore]
    public Checksum? SourceChecksum => Checksum ?? Check switch
    {
        SourceCheck.ChainedMd5 => new Checksum(ChecksumKind.Md5, Version.Value.ToLowerInvariant()),
        SourceCheck.SameParts => new Checksum(ChecksumKind.Md5OfParts, Version.Value.ToLowerInvariant()),
        _ => null,
    };

    /// <summary>The kind of CRC that the parts need, or null.</summary>
    [JsonIgnore]
    public ChecksumKind? CrcKind => Check is SourceCheck.Crc ? Checksum?.Kind : null;

    /// <summary>By what means the bytes are verified.</summary>
    [JsonIgnore]
    public Verification VerifiedBy => Check switch
    {
        SourceCheck.Transit => Verification.TransportAndSize,
        SourceCheck.ReadTwice => Verification.TwoReads,
        _ => Verifications.By(SourceChecksum!.Kind),
    };

    [JsonIgnore]
    public long Size => Layout.Size;

    [JsonIgnore]
    public int Groups => (Layout.Parts + PartsPerGroup - 1) / PartsPerGroup;
}

/// <summary>How the bytes of a large object are verified against its source.</summary>
enum SourceCheck
{
    /// <summary>The source has an MD5, and bytes may change in transit: the MD5 is computed part after part.</summary>
    ChainedMd5,

    /// <summary>
    /// The source has an MD5 of parts with known boundaries: the copy gets the same boundaries, so its checksum must be the same.
    /// </summary>
    SameParts,

    /// <summary>The transport from the source protects the bytes.</summary>
    Transit,

    /// <summary>No other check is possible: every part is read twice, and both reads must agree.</summary>
    ReadTwice,

    /// <summary>The source has a CRC of the whole object: those of the parts, in any order, are combined to it.</summary>
    Crc,
}

/// <summary>
/// The state just before an upload was started, recorded so that an upload whose start was not recorded can be told.
/// </summary>
/// <param name="DestinationKey">The key.</param>
/// <param name="Version">The version to be copied.</param>
/// <param name="UploadsBefore">The uploads that the key already had; null if that was not asked.</param>
/// <param name="Requests">How many requests to start it were sent.</param>
sealed record UploadIntent(
    string DestinationKey,
    [property: JsonPropertyName("ETag")] ObjectVersion Version,
    IReadOnlyList<UploadSession>? UploadsBefore = null,
    int Requests = 1);

/// <summary>The parts of a group that are at the destination, in number order.</summary>
/// <param name="Parts">The parts.</param>
/// <param name="ChainState">State of the chained MD5 after them, or null.</param>
sealed record PartGroup(IReadOnlyList<CopiedPart> Parts, string? ChainState);

/// <summary>The parts of a group that were confirmed so far.</summary>
/// <param name="Parts">The parts by their numbers.</param>
/// <param name="ChainState">State of the chained MD5 after them, or null.</param>
sealed record ConfirmedParts(IReadOnlyDictionary<int, CopiedPart> Parts, string? ChainState);

/// <summary>A part that is at the destination.</summary>
/// <param name="Receipt">The value that the destination needs to join the parts.</param>
/// <param name="Md5">The MD5 of its bytes in hexadecimal digits; null if it is not needed.</param>
/// <param name="HasStoredMd5">
/// Whether the destination returned this MD5 for what it stored. Version 0.1.0 did not write it: there the receipt was that MD5.
/// </param>
/// <param name="HasOtherMd5">
/// Whether the destination returned another value that looks like an MD5, although it got this MD5 with the bytes. Such a part must be read
/// back after the parts are joined. Versions up to 0.2.0 did not write it.
/// </param>
/// <param name="Crc">The CRC of its bytes in hexadecimal digits; null if it is not needed.</param>
sealed record CopiedPart(
    [property: JsonPropertyName("ETag")] string Receipt, string? Md5, bool? HasStoredMd5 = null, bool HasOtherMd5 = false,
    string? Crc = null)
{
    /// <summary>The MD5 of its bytes, or null.</summary>
    [JsonIgnore]
    public Checksum? Checksum => Md5 is null ? null : new Checksum(ChecksumKind.Md5, Md5);

    /// <summary>Whether the destination has confirmed the MD5.</summary>
    [JsonIgnore]
    public bool IsConfirmed => Md5 is not null && (HasStoredMd5 ?? string.Equals(Receipt, Md5, StringComparison.OrdinalIgnoreCase));
}
