using System.Buffers;
using System.Text;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>
/// Encodes keys and values in the URL of a request as Signature Version 4 requires: letters, digits and <c>-._~</c> are kept, in paths also
/// the slash; all other UTF-8 bytes become <c>%XX</c>. Dot segments and double slashes are kept.
/// </summary>
static class S3Path
{
    const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    static readonly SearchValues<char> InPath = SearchValues.Create(Unreserved + "/");
    static readonly SearchValues<char> InQuery = SearchValues.Create(Unreserved);

    /// <summary>Encodes a key for a path.</summary>
    public static string EncodeKey(string key) => Encode(key, InPath);

    /// <summary>Encodes a name or value in the query.</summary>
    public static string EncodeQuery(string value) => Encode(value, InQuery);

    /// <summary>Decodes a key in a listing with <c>encoding-type=url</c>, where a space may be a plus.</summary>
    public static string DecodeListed(string key) =>
        key.AsSpan().ContainsAny('%', '+') ? Uri.UnescapeDataString(key.Replace('+', ' ')) : key;

    static string Encode(string text, SearchValues<char> kept)
    {
        if (!text.AsSpan().ContainsAnyExcept(kept))
            return text;
        var result = new StringBuilder(text.Length + 32);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii && kept.Contains((char)rune.Value))
            {
                result.Append((char)rune.Value);
                continue;
            }

            foreach (var octet in utf8[..rune.EncodeToUtf8(utf8)])
                result.Append('%').Append("0123456789ABCDEF"[octet >> 4]).Append("0123456789ABCDEF"[octet & 15]);
        }

        return result.ToString();
    }
}
