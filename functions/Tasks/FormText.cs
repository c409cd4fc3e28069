using System.Buffers;
using System.Globalization;
using System.Text;

namespace DataTransferHub.Tasks;

/// <summary>Text that may be URL-encoded (form style).</summary>
static class FormText
{
    const int EscapeLength = 3;

    /// <summary>
    /// Decodes what is well-formed (<c>+</c>, and escapes of UTF-8) and keeps the rest: <c>100% done</c> stays unchanged.
    /// </summary>
    public static string DecodeLeniently(string text)
    {
        var decoded = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var bytes = Escaped(text.AsSpan(at));
            if (bytes.Length > 0 && Rune.DecodeFromUtf8(bytes, out var rune, out var used) is OperationStatus.Done)
            {
                decoded.Append(rune.ToString());
                at += used * EscapeLength;
            }
            else
            {
                decoded.Append(text[at] is '+' ? ' ' : text[at]);
                at++;
            }
        }

        return decoded.ToString();
    }

    // The bytes of the escapes at the start of the text, at most as many as one character has.
    static byte[] Escaped(ReadOnlySpan<char> text)
    {
        const int mostBytes = 4;
        var bytes = new List<byte>(mostBytes);
        for (; bytes.Count < mostBytes && text is ['%', _, _, ..]; text = text[EscapeLength..])
        {
            if (!byte.TryParse(text[1..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
                break;
            bytes.Add(value);
        }

        return [.. bytes];
    }
}
