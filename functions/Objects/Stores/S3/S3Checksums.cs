namespace DataTransferHub.Objects.Stores.S3;

/// <summary>The additional checksums of the S3 protocol (<c>x-amz-checksum-*</c>) that are of the whole content.</summary>
/// <remarks>https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html</remarks>
static class S3Checksums
{
    const string Prefix = "x-amz-checksum-";
    const string FullObject = "FULL_OBJECT";

    // The strongest first: the kind, the end of the header's name, the element's name, and the length in bytes.
    static readonly (ChecksumKind Kind, string Header, string Element, int Length)[] Known =
    [
        (ChecksumKind.Crc64Nvme, "crc64nvme", "ChecksumCRC64NVME", 8),
        (ChecksumKind.Crc32C, "crc32c", "ChecksumCRC32C", 4),
        (ChecksumKind.Sha256, "sha256", "ChecksumSHA256", 32),
    ];

    /// <summary>The header that asks for the checksums of an object, with its value.</summary>
    public static readonly KeyValuePair<string, string> Request = new(Prefix + "mode", "ENABLED");

    /// <summary>The header with a checksum for the service to check.</summary>
    public static KeyValuePair<string, string> HeaderOf(Checksum checksum) => new(
        Prefix + Known.Single(known => known.Kind == checksum.Kind).Header, Convert.ToBase64String(checksum.ToBytes()));

    /// <summary>The strongest checksum of the whole content in the headers of a response, or null.</summary>
    public static Checksum? Read(HttpResponseMessage response)
    {
        var type = S3Faults.Header(response.Headers, Prefix + "type");
        var isJoined = S3ETags.ChecksumOf(S3Headers.ETagOf(response)) is not { Kind: ChecksumKind.Md5 };
        return Find(type, isJoined, known => S3Faults.Header(response.Headers, Prefix + known.Header));
    }

    /// <summary>The strongest checksum of the whole content in the document that answers the completion of an upload, or null.</summary>
    /// <param name="find">Returns the text of a child element, or null.</param>
    public static Checksum? ReadJoined(Func<string, string?> find) =>
        Find(find("ChecksumType"), isJoined: true, known => find(known.Element));

    // Without a type, as before 2025, the value of a joined object may be computed of the checksums of its parts. A CRC64NVME never is.
    static Checksum? Find(
        string? type, bool isJoined, Func<(ChecksumKind Kind, string Header, string Element, int Length), string?> valueOf)
    {
        Span<byte> bytes = stackalloc byte[64];
        foreach (var known in Known)
        {
            var isWhole = type is FullObject || type is null && (!isJoined || known.Kind is ChecksumKind.Crc64Nvme);
            if (isWhole && valueOf(known) is { } value && Convert.TryFromBase64String(value, bytes, out var length)
                && length == known.Length)
            {
                return new Checksum(known.Kind, Convert.ToHexStringLower(bytes[..length]));
            }
        }

        return null;
    }
}
