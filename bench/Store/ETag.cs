using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;

namespace DataTransferHub.Bench.Store;

/// <summary>An ETag: an MD5, and the number of parts from which the object was joined, or 0.</summary>
readonly record struct ETag(UInt128 Md5, int Parts = 0)
{
    /// <summary>The most bytes that <see cref="WriteTo"/> writes.</summary>
    public const int MaximumLength = 32 + 1 + 5;

    /// <summary>The ETag of an MD5's 16 bytes.</summary>
    public static ETag Of(ReadOnlySpan<byte> md5, int parts = 0) => new(BinaryPrimitives.ReadUInt128BigEndian(md5), parts);

    /// <summary>The 16 bytes of the MD5.</summary>
    public void CopyTo(Span<byte> md5) => BinaryPrimitives.WriteUInt128BigEndian(md5, Md5);

    /// <summary>Writes it as text, without quotes, and returns the number of bytes.</summary>
    public int WriteTo(Span<byte> text)
    {
        Span<byte> md5 = stackalloc byte[16];
        CopyTo(md5);
        Convert.TryToHexStringLower(md5, text, out var length);
        if (Parts == 0)
            return length;
        text[length++] = (byte)'-';
        Utf8Formatter.TryFormat(Parts, text[length..], out var digits);
        return length + digits;
    }

    /// <summary>Its text without quotes.</summary>
    public override string ToString()
    {
        Span<byte> md5 = stackalloc byte[16];
        CopyTo(md5);
        var hex = Convert.ToHexStringLower(md5);
        return Parts == 0 ? hex : string.Create(CultureInfo.InvariantCulture, $"{hex}-{Parts}");
    }
}
