using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Lanes = System.Runtime.Intrinsics.Vector128<uint>;

namespace DataTransferHub.Objects.Integrity;

/// <summary>
/// MD5 (RFC 1321) whose state can be passed from one activity to the next, unlike that of the platform's implementation. So the digest of
/// an object that is copied part by part, on any machine, can finally be compared with the source's. For integrity, not for security.
/// </summary>
sealed class ChainedMd5
{
    const int BlockSize = 64;

    // 4 words of state, 8 bytes of length, and the bytes of an incomplete block.
    const int FixedStateSize = 24;

    readonly byte[] _rest = new byte[BlockSize];
    uint _a = 0x67452301, _b = 0xefcdab89, _c = 0x98badcfe, _d = 0x10325476;
    long _length;

    /// <summary>Number of bytes processed.</summary>
    public long Length => _length;

    /// <summary>Continues from the result of <see cref="ExportState"/>; null starts a new computation.</summary>
    public static ChainedMd5 From(string? state)
    {
        var md5 = new ChainedMd5();
        if (state is null)
            return md5;
        var bytes = Convert.FromBase64String(state).AsSpan();
        md5._a = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        md5._b = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        md5._c = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        md5._d = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        md5._length = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
        if (bytes.Length != FixedStateSize + md5._length % BlockSize)
            throw new FormatException("The MD5 state is damaged.");
        bytes[FixedStateSize..].CopyTo(md5._rest);
        return md5;
    }

    /// <summary>The state as text.</summary>
    public string ExportState()
    {
        var rest = (int)(_length % BlockSize);
        Span<byte> bytes = stackalloc byte[FixedStateSize + rest];
        WriteWords(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], _length);
        _rest.AsSpan(0, rest).CopyTo(bytes[FixedStateSize..]);
        return Convert.ToBase64String(bytes);
    }

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        var rest = (int)(_length % BlockSize);
        _length += bytes.Length;
        if (rest > 0)
        {
            var taken = Math.Min(BlockSize - rest, bytes.Length);
            bytes[..taken].CopyTo(_rest.AsSpan(rest));
            bytes = bytes[taken..];
            if (rest + taken < BlockSize)
                return;
            Transform(_rest);
        }

        var whole = bytes.Length - bytes.Length % BlockSize;
        Transform(bytes[..whole]);
        bytes[whole..].CopyTo(_rest);
    }

    /// <summary>Adds the same bytes to two digests, in little more time than to one.</summary>
    public static void Append(ChainedMd5 one, ChainedMd5 other, ReadOnlySpan<byte> bytes)
    {
        // Only if the blocks of both start at the same byte, as for a part whose offset is a multiple of the block size.
        var rest = (int)(one._length % BlockSize);
        var head = rest == other._length % BlockSize ? Math.Min((BlockSize - rest) % BlockSize, bytes.Length) : bytes.Length;
        one.Append(bytes[..head]);
        other.Append(bytes[..head]);
        bytes = bytes[head..];

        var whole = bytes.Length - bytes.Length % BlockSize;
        Transform(one, other, bytes[..whole]);
        one._length += whole;
        other._length += whole;
        one.Append(bytes[whole..]);
        other.Append(bytes[whole..]);
    }

    /// <summary>The digest of all bytes processed. Does not change the state.</summary>
    public byte[] Digest()
    {
        var end = From(ExportState());
        Span<byte> padding = stackalloc byte[BlockSize + 8];
        padding.Clear();
        padding[0] = 0x80;
        var rest = (int)(_length % BlockSize);
        var zeros = rest < 56 ? 56 - rest : 120 - rest;
        BinaryPrimitives.WriteInt64LittleEndian(padding[zeros..], _length * 8);
        end.Append(padding[..(zeros + 8)]);
        var digest = new byte[16];
        end.WriteWords(digest);
        return digest;
    }

    void WriteWords(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, _a);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], _b);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], _c);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], _d);
    }

    void Transform(ReadOnlySpan<byte> blocks) => Transform(this, this, blocks);

    // Every round of MD5 depends on the previous one, so two states side by side in one vector take hardly longer than one.
    static void Transform(ChainedMd5 one, ChainedMd5 other, ReadOnlySpan<byte> blocks)
    {
        var a = Vector128.Create(one._a, other._a, 0, 0);
        var b = Vector128.Create(one._b, other._b, 0, 0);
        var c = Vector128.Create(one._c, other._c, 0, 0);
        var d = Vector128.Create(one._d, other._d, 0, 0);
        for (; blocks.Length >= BlockSize; blocks = blocks[BlockSize..])
        {
            // Little-endian, like MD5 and all supported platforms.
            var x = MemoryMarshal.Cast<byte, uint>(blocks[..BlockSize]);
            var (aa, bb, cc, dd) = (a, b, c, d);
            Rounds(x, ref a, ref b, ref c, ref d);
            a += aa;
            b += bb;
            c += cc;
            d += dd;
        }

        (one._a, one._b, one._c, one._d) = (a[0], b[0], c[0], d[0]);
        (other._a, other._b, other._c, other._d) = (a[1], b[1], c[1], d[1]);
    }

    static void Rounds(ReadOnlySpan<uint> x, ref Lanes ra, ref Lanes rb, ref Lanes rc, ref Lanes rd)
    {
        var (a, b, c, d) = (ra, rb, rc, rd);
        a = F(a, b, c, d, x[0], 7, 0xd76aa478);
        d = F(d, a, b, c, x[1], 12, 0xe8c7b756);
        c = F(c, d, a, b, x[2], 17, 0x242070db);
        b = F(b, c, d, a, x[3], 22, 0xc1bdceee);
        a = F(a, b, c, d, x[4], 7, 0xf57c0faf);
        d = F(d, a, b, c, x[5], 12, 0x4787c62a);
        c = F(c, d, a, b, x[6], 17, 0xa8304613);
        b = F(b, c, d, a, x[7], 22, 0xfd469501);
        a = F(a, b, c, d, x[8], 7, 0x698098d8);
        d = F(d, a, b, c, x[9], 12, 0x8b44f7af);
        c = F(c, d, a, b, x[10], 17, 0xffff5bb1);
        b = F(b, c, d, a, x[11], 22, 0x895cd7be);
        a = F(a, b, c, d, x[12], 7, 0x6b901122);
        d = F(d, a, b, c, x[13], 12, 0xfd987193);
        c = F(c, d, a, b, x[14], 17, 0xa679438e);
        b = F(b, c, d, a, x[15], 22, 0x49b40821);
        a = G(a, b, c, d, x[1], 5, 0xf61e2562);
        d = G(d, a, b, c, x[6], 9, 0xc040b340);
        c = G(c, d, a, b, x[11], 14, 0x265e5a51);
        b = G(b, c, d, a, x[0], 20, 0xe9b6c7aa);
        a = G(a, b, c, d, x[5], 5, 0xd62f105d);
        d = G(d, a, b, c, x[10], 9, 0x02441453);
        c = G(c, d, a, b, x[15], 14, 0xd8a1e681);
        b = G(b, c, d, a, x[4], 20, 0xe7d3fbc8);
        a = G(a, b, c, d, x[9], 5, 0x21e1cde6);
        d = G(d, a, b, c, x[14], 9, 0xc33707d6);
        c = G(c, d, a, b, x[3], 14, 0xf4d50d87);
        b = G(b, c, d, a, x[8], 20, 0x455a14ed);
        a = G(a, b, c, d, x[13], 5, 0xa9e3e905);
        d = G(d, a, b, c, x[2], 9, 0xfcefa3f8);
        c = G(c, d, a, b, x[7], 14, 0x676f02d9);
        b = G(b, c, d, a, x[12], 20, 0x8d2a4c8a);
        a = H(a, b, c, d, x[5], 4, 0xfffa3942);
        d = H(d, a, b, c, x[8], 11, 0x8771f681);
        c = H(c, d, a, b, x[11], 16, 0x6d9d6122);
        b = H(b, c, d, a, x[14], 23, 0xfde5380c);
        a = H(a, b, c, d, x[1], 4, 0xa4beea44);
        d = H(d, a, b, c, x[4], 11, 0x4bdecfa9);
        c = H(c, d, a, b, x[7], 16, 0xf6bb4b60);
        b = H(b, c, d, a, x[10], 23, 0xbebfbc70);
        a = H(a, b, c, d, x[13], 4, 0x289b7ec6);
        d = H(d, a, b, c, x[0], 11, 0xeaa127fa);
        c = H(c, d, a, b, x[3], 16, 0xd4ef3085);
        b = H(b, c, d, a, x[6], 23, 0x04881d05);
        a = H(a, b, c, d, x[9], 4, 0xd9d4d039);
        d = H(d, a, b, c, x[12], 11, 0xe6db99e5);
        c = H(c, d, a, b, x[15], 16, 0x1fa27cf8);
        b = H(b, c, d, a, x[2], 23, 0xc4ac5665);
        a = I(a, b, c, d, x[0], 6, 0xf4292244);
        d = I(d, a, b, c, x[7], 10, 0x432aff97);
        c = I(c, d, a, b, x[14], 15, 0xab9423a7);
        b = I(b, c, d, a, x[5], 21, 0xfc93a039);
        a = I(a, b, c, d, x[12], 6, 0x655b59c3);
        d = I(d, a, b, c, x[3], 10, 0x8f0ccc92);
        c = I(c, d, a, b, x[10], 15, 0xffeff47d);
        b = I(b, c, d, a, x[1], 21, 0x85845dd1);
        a = I(a, b, c, d, x[8], 6, 0x6fa87e4f);
        d = I(d, a, b, c, x[15], 10, 0xfe2ce6e0);
        c = I(c, d, a, b, x[6], 15, 0xa3014314);
        b = I(b, c, d, a, x[13], 21, 0x4e0811a1);
        a = I(a, b, c, d, x[4], 6, 0xf7537e82);
        d = I(d, a, b, c, x[11], 10, 0xbd3af235);
        c = I(c, d, a, b, x[2], 15, 0x2ad7d2bb);
        b = I(b, c, d, a, x[9], 21, 0xeb86d391);
        (ra, rb, rc, rd) = (a, b, c, d);
    }

    static Lanes F(Lanes a, Lanes b, Lanes c, Lanes d, uint x, int shift, uint t) => Step(a, b, d ^ (b & (c ^ d)), x + t, shift);

    static Lanes G(Lanes a, Lanes b, Lanes c, Lanes d, uint x, int shift, uint t) => Step(a, b, c ^ (d & (b ^ c)), x + t, shift);

    static Lanes H(Lanes a, Lanes b, Lanes c, Lanes d, uint x, int shift, uint t) => Step(a, b, b ^ c ^ d, x + t, shift);

    static Lanes I(Lanes a, Lanes b, Lanes c, Lanes d, uint x, int shift, uint t) => Step(a, b, c ^ (b | ~d), x + t, shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lanes Step(Lanes a, Lanes b, Lanes mixed, uint x, int shift)
    {
        var sum = a + Vector128.Create(x) + mixed;
        return b + ((sum << shift) | (sum >>> (32 - shift)));
    }
}
