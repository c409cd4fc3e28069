using System.Text.Json.Serialization;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Integrity;

/// <summary>
/// By what means the bytes of a copy were checked against the source. In addition, the destination has always checked, or returned, a
/// checksum of the bytes that it received, as far as it can.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verification>))]
enum Verification
{
    /// <summary>The source has no usable checksum: the transport protected the bytes (TLS, or no network), and the size is right.</summary>
    TransportAndSize,

    /// <summary>The source has no usable checksum, and the transport does not protect the bytes: two reads agreed.</summary>
    TwoReads,

    /// <summary>The source's MD5 of the MD5s of the parts.</summary>
    Md5OfParts,

    /// <summary>The source's MD5.</summary>
    Md5,

    /// <summary>The source's SHA-256.</summary>
    Sha256,

    /// <summary>The source's CRC32C.</summary>
    Crc32C,

    /// <summary>The source's CRC64NVME.</summary>
    Crc64Nvme,
}

/// <summary>Conversions to <see cref="Verification"/>.</summary>
static class Verifications
{
    /// <summary>The means that a checksum is.</summary>
    public static Verification By(ChecksumKind kind) => kind switch
    {
        ChecksumKind.Md5 => Verification.Md5,
        ChecksumKind.Md5OfParts => Verification.Md5OfParts,
        ChecksumKind.Sha256 => Verification.Sha256,
        ChecksumKind.Crc32C => Verification.Crc32C,
        ChecksumKind.Crc64Nvme => Verification.Crc64Nvme,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>The means if the source has no usable checksum.</summary>
    public static Verification Without(StoreCapabilities source) =>
        source.IsTransitProtected ? Verification.TransportAndSize : Verification.TwoReads;
}
