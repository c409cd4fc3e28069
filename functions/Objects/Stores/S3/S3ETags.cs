using System.Buffers;
using System.Globalization;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>
/// ETags of the S3 protocol, and the checksums they represent: the MD5 of the content, or the MD5 of the parts' MD5s with <c>-parts</c>.
/// </summary>
/// <remarks>https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html (ETag)</remarks>
static class S3ETags
{
    const int Md5Digits = 32;

    // The encryption under which ETags are checksums of the content; under all others they only look like it.
    const string KeysOfStore = "AES256";

    static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Removes the quotes.</summary>
    public static string Unquote(string? etag)
    {
        var text = etag.AsSpan().Trim();
        if (text.StartsWith("W/"))
            text = text[2..];
        return text.Trim('"').ToString();
    }

    /// <summary>The checksum that an ETag represents by its form, or null for another form.</summary>
    public static Checksum? ChecksumOf(string etag)
    {
        if (IsMd5(etag))
            return new Checksum(ChecksumKind.Md5, etag.ToLowerInvariant());
        var isOfParts = etag.Length > Md5Digits + 1 && etag[Md5Digits] == '-' && IsMd5(etag.AsSpan(0, Md5Digits))
            && int.TryParse(etag.AsSpan(Md5Digits + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var parts) && parts > 0;
        return isOfParts ? new Checksum(ChecksumKind.Md5OfParts, etag.ToLowerInvariant()) : null;
    }

    /// <summary>The checksum that an ETag represents, given the object's encryption.</summary>
    /// <param name="etag">The ETag without its quotes.</param>
    /// <param name="encryption">
    /// Value of <c>x-amz-server-side-encryption</c>, or any other text for customer-provided keys; null if it is unknown.
    /// </param>
    public static Checksum? ChecksumOf(string etag, string? encryption) => encryption is null or KeysOfStore ? ChecksumOf(etag) : null;

    static bool IsMd5(ReadOnlySpan<char> text) => text.Length == Md5Digits && !text.ContainsAnyExcept(Hex);
}
