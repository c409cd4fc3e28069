using System.Text;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Finding.Prefixes;

/// <summary>
/// Splits a text that arrives in blocks into its prefixes, one a line. A byte order mark, carriage returns at the ends of lines and empty
/// lines are left out; everything else is part of a prefix.
/// </summary>
sealed class PrefixLines
{
    /// <summary>Longest line in bytes, without its end: the limit of a key.</summary>
    public const int LongestLine = 1024;

    // A line that is not complete yet, with room for a byte order mark and a carriage return.
    readonly byte[] _line = new byte[LongestLine + 4];
    int _length;
    long _number;

    /// <summary>The prefixes whose lines end in the block.</summary>
    /// <exception cref="FormatException">A line is too long or is not UTF-8.</exception>
    public IEnumerable<string> Add(ReadOnlyMemory<byte> block)
    {
        while (block.Span.IndexOf((byte)'\n') is >= 0 and var end)
        {
            Append(block.Span[..end]);
            if (EndLine() is { } prefix)
                yield return prefix;
            block = block[(end + 1)..];
        }

        Append(block.Span);
    }

    /// <summary>The prefix of the last line, if it has no end; otherwise null.</summary>
    /// <exception cref="FormatException">The line is too long or is not UTF-8.</exception>
    public string? Finish() => EndLine();

    void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _line.Length - _length)
            throw TooLong(_number + 1);
        bytes.CopyTo(_line.AsSpan(_length));
        _length += bytes.Length;
    }

    string? EndLine()
    {
        ReadOnlySpan<byte> line = _line.AsSpan(0, _length);
        _length = 0;
        _number++;
        if (_number == 1 && line.StartsWith(Encoding.UTF8.Preamble))
            line = line[Encoding.UTF8.Preamble.Length..];
        if (line is [.., (byte)'\r'])
            line = line[..^1];
        if (line.Length > LongestLine)
            throw TooLong(_number);
        try
        {
            return line.IsEmpty ? null : StrictUtf8.Encoding.GetString(line);
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException($"Line {_number} is not UTF-8. Save the list as UTF-8.");
        }
    }

    static FormatException TooLong(long number) =>
        new($"Line {number} has more than {LongestLine} bytes, so no key can start with it. Write one prefix on each line.");
}
