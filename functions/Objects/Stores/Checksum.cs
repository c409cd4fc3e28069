using System.Globalization;
using System.Text.Json.Serialization;

namespace DataTransferHub.Objects.Stores;

/// <summary>What a checksum is computed of, and therefore what it proves.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChecksumKind>))]
enum ChecksumKind
{
    /// <summary>The MD5 of the content. Equal values prove equal content.</summary>
    Md5,

    /// <summary>
    /// The MD5 of the parts' MD5s, and the number of parts. Equal values prove equal content in equal parts; different values prove nothing
    /// unless the boundaries of the parts are known to be the same.
    /// </summary>
    Md5OfParts,

    /// <summary>The CRC64NVME of the content.</summary>
    Crc64Nvme,

    /// <summary>The CRC32C of the content.</summary>
    Crc32C,

    /// <summary>The SHA-256 of the content.</summary>
    Sha256,
}

/// <summary>A checksum of an object's content. It detects corruption, not forgery.</summary>
/// <param name="Kind">What it is computed of.</param>
/// <param name="Value">Its lower-case hexadecimal digits; for <see cref="ChecksumKind.Md5OfParts"/> followed by <c>-parts</c>.</param>
sealed record Checksum(ChecksumKind Kind, string Value)
{
    /// <summary>The MD5 of the content.</summary>
    public static Checksum OfMd5(ReadOnlySpan<byte> md5) => new(ChecksumKind.Md5, Convert.ToHexStringLower(md5));

    /// <summary>The MD5 of the parts' MD5s.</summary>
    public static Checksum OfParts(ReadOnlySpan<byte> md5, int parts) => new(
        ChecksumKind.Md5OfParts, string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(md5)}-{parts}"));

    /// <summary>The number of parts that it is computed of; 0 if it is computed of the content as a whole.</summary>
    [JsonIgnore]
    public int Parts => Kind is ChecksumKind.Md5OfParts
        ? int.Parse(Value.AsSpan(Value.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture)
        : 0;

    /// <summary>
    /// Whether a comparison shows if two contents are the same: both have the same kind and, as far as is known, the same parts.
    /// </summary>
    public bool IsComparableWith(Checksum other) => Kind == other.Kind && Parts == other.Parts;

    /// <summary>The bytes of a checksum that is not of parts.</summary>
    public byte[] ToBytes() => Convert.FromHexString(Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
