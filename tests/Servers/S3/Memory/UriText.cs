using System.Buffers;
using System.Globalization;
using System.Text;

namespace DataTransferHub.Servers.S3.Memory;

/// <summary>Text in addresses: as it is signed, and as listings with <c>encoding-type=url</c> carry it.</summary>
static class UriText
{
    const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    static readonly SearchValues<char> Kept = SearchValues.Create(Unreserved);
    static readonly SearchValues<char> KeptInPath = SearchValues.Create(Unreserved + "/");

    public static string Encode(string text) => Encode(text, Kept, "%20");

    public static string EncodePath(string text) => Encode(text, KeptInPath, "%20");

    public static string EncodeListed(string text) => Encode(text, KeptInPath, "+");

    /// <exception cref="FormatException">A percent sign is not followed by two digits.</exception>
    /// <exception cref="DecoderFallbackException">It is not UTF-8.</exception>
    public static string Decode(string text, bool plusIsBlank, Encoding encoding)
    {
        if (!text.AsSpan().ContainsAny('%', '+'))
            return text;

        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                var digits = text.AsSpan(i + 1, Math.Min(2, text.Length - i - 1));
                if (digits.Length < 2
                    || !byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[length++]))
                    throw new FormatException($"'{text}' has a percent sign without two digits.");
                i += 2;
            }
            else if (text[i] == '+' && plusIsBlank)
            {
                bytes[length++] = (byte)' ';
            }
            else
            {
                length += Encoding.UTF8.GetBytes(text.AsSpan(i, 1), bytes.AsSpan(length));
            }
        }

        return encoding.GetString(bytes, 0, length);
    }

    static string Encode(string text, SearchValues<char> kept, string blank)
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
            }
            else if (rune.Value == ' ')
            {
                result.Append(blank);
            }
            else
            {
                foreach (var octet in utf8[..rune.EncodeToUtf8(utf8)])
                    result.Append('%').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return result.ToString();
    }
}
