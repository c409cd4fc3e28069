using System.Buffers;
using System.Globalization;

namespace DataTransferHub.Objects.Stores;

/// <summary>The two forms of ETag whose meaning is known: MD5 of the content, and MD5 of the parts' MD5s with <c>-parts</c>.</summary>
static class ETags
{
    static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Takes the quotes off.</summary>
    public static string Unquote(string? etag)
    {
        var text = etag.AsSpan().Trim();
        if (text.StartsWith("W/"))
            text = text[2..];
        return text.Trim('"').ToString();
    }

    /// <summary>Whether it has the form of an MD5.</summary>
    public static bool IsMd5(string etag) => etag.Length == 32 && !etag.AsSpan().ContainsAnyExcept(Hex);

    /// <summary>Number of parts of a composite ETag, or 0 when it is not one.</summary>
    public static int Parts(string etag) =>
        etag.Length > 33 && etag[32] == '-' && IsMd5(etag[..32])
        && int.TryParse(etag.AsSpan(33), NumberStyles.None, CultureInfo.InvariantCulture, out var parts) ? parts : 0;

    /// <summary>Whether two ETags are the same, whatever the case of their digits.</summary>
    public static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>The ETag of an MD5.</summary>
    public static string Of(ReadOnlySpan<byte> md5) => Convert.ToHexStringLower(md5);
}
