using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Integrity;

/// <summary>
/// A cyclic redundancy check, CRC64NVME or CRC32C. Those of parts can be combined to that of the whole, so the parts may be processed in
/// any order, on any machine. It detects corruption, not forgery.
/// </summary>
/// <remarks>
/// Both have reversed bits, start with all ones and are inverted at the end. CRC64NVME: NVM Express Command Set Specification 1.0,
/// section 5.2.1.3.4. CRC32C: RFC 3720, section 12.1.
/// </remarks>
sealed class Crc
{
    // Reversed polynomials without their highest term.
    const ulong Crc64NvmePolynomial = 0x9a6c9329ac4bc9b5;
    const ulong Crc32CPolynomial = 0x82f63b78;

    // Bytes that are folded at once: four registers of 16.
    const int Block = 64;

    static readonly Vector128<ulong> FoldByBlock = FoldBy(8 * Block);
    static readonly Vector128<ulong> FoldByRegister = FoldBy(8 * 16);

    // Entry 256 * n + b is the effect of byte b with n zero bytes after it.
    static readonly ulong[] Crc64NvmeTables = MakeTables(Crc64NvmePolynomial);

    readonly ChecksumKind _kind;
    ulong _state;

    /// <param name="kind">A kind for which <see cref="IsCrc"/> is true.</param>
    public Crc(ChecksumKind kind)
    {
        _kind = IsCrc(kind) ? kind : throw new ArgumentOutOfRangeException(nameof(kind), kind, null);
        _state = OnesOf(kind);
    }

    /// <summary>The checksum of all bytes so far.</summary>
    public Checksum Checksum => ToChecksum(_kind, _state ^ OnesOf(_kind));

    /// <summary>Whether this class computes a kind of checksum.</summary>
    public static bool IsCrc(ChecksumKind kind) => kind is ChecksumKind.Crc64Nvme or ChecksumKind.Crc32C;

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes) =>
        _state = _kind is ChecksumKind.Crc32C ? AppendCrc32C((uint)_state, bytes) : AppendCrc64Nvme(_state, bytes);

    /// <summary>The checksum of two contents one after the other.</summary>
    /// <param name="first">The checksum of the first.</param>
    /// <param name="second">The checksum of the second, of the same kind.</param>
    /// <param name="secondLength">The length of the second, in bytes.</param>
    public static Checksum Combine(Checksum first, Checksum second, long secondLength)
    {
        var kind = first.Kind;
        if (second.Kind != kind || !IsCrc(kind))
            throw new ArgumentException($"A checksum {kind} cannot be combined with {second.Kind}.", nameof(second));

        // A CRC is the remainder of a polynomial: bytes that follow multiply it by x to the number of their bits. What the two inversions
        // contribute cancels out.
        return ToChecksum(kind, Multiply(kind, ToValue(first), PowerOfX(kind, 8 * secondLength)) ^ ToValue(second));
    }

    static ulong AppendCrc32C(uint state, ReadOnlySpan<byte> bytes)
    {
        // Little-endian, like all supported platforms.
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            state = BitOperations.Crc32C(state, word);
        foreach (var octet in bytes[(words.Length * sizeof(ulong))..])
            state = BitOperations.Crc32C(state, octet);
        return state;
    }

    static ulong AppendCrc64Nvme(ulong state, ReadOnlySpan<byte> bytes)
    {
        if (!Pclmulqdq.IsSupported || bytes.Length < 2 * Block)
            return AppendByTables(state, bytes);

        // Whole blocks are reduced to 16 bytes with the same remainder. See "Fast CRC computation for generic polynomials using PCLMULQDQ
        // instruction", Intel, 2009.
        var words = MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes[..(bytes.Length - bytes.Length % Block)]);
        var (a, b, c, d) = (words[0] ^ Vector128.Create(state, 0), words[1], words[2], words[3]);
        for (words = words[4..]; words.Length >= 4; words = words[4..])
        {
            a = Fold(a, FoldByBlock) ^ words[0];
            b = Fold(b, FoldByBlock) ^ words[1];
            c = Fold(c, FoldByBlock) ^ words[2];
            d = Fold(d, FoldByBlock) ^ words[3];
        }

        var all = Fold(Fold(Fold(a, FoldByRegister) ^ b, FoldByRegister) ^ c, FoldByRegister) ^ d;
        var rest = MemoryMarshal.AsBytes(new ReadOnlySpan<Vector128<ulong>>(in all));
        return AppendByTables(AppendByTables(0, rest), bytes[^(bytes.Length % Block)..]);
    }

    // Multiplies 16 bytes by the power of x for which the factors were made.
    static Vector128<ulong> Fold(Vector128<ulong> bytes, Vector128<ulong> factors) =>
        Pclmulqdq.CarrylessMultiply(bytes, factors, 0x00) ^ Pclmulqdq.CarrylessMultiply(bytes, factors, 0x11);

    // The first 8 bytes stand 64 bits before the others. One less, as a product of reversed words is shifted by one bit.
    static Vector128<ulong> FoldBy(int bits) =>
        Vector128.Create(PowerOfX(ChecksumKind.Crc64Nvme, bits + 63), PowerOfX(ChecksumKind.Crc64Nvme, bits - 1));

    static ulong AppendByTables(ulong state, ReadOnlySpan<byte> bytes)
    {
        var tables = Crc64NvmeTables;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            state ^= BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            state = tables[1792 + (byte)state] ^ tables[1536 + (byte)(state >> 8)] ^ tables[1280 + (byte)(state >> 16)]
                ^ tables[1024 + (byte)(state >> 24)] ^ tables[768 + (byte)(state >> 32)] ^ tables[512 + (byte)(state >> 40)]
                ^ tables[256 + (byte)(state >> 48)] ^ tables[state >> 56];
        }

        foreach (var octet in bytes)
            state = tables[(byte)state ^ octet] ^ state >> 8;
        return state;
    }

    static ulong[] MakeTables(ulong polynomial)
    {
        var tables = new ulong[sizeof(ulong) * 256];
        for (var i = 0; i < 256; i++)
        {
            var value = (ulong)i;
            for (var bit = 0; bit < 8; bit++)
                value = (value & 1) == 0 ? value >> 1 : value >> 1 ^ polynomial;
            tables[i] = value;
        }

        for (var i = 256; i < tables.Length; i++)
            tables[i] = tables[(byte)tables[i - 256]] ^ tables[i - 256] >> 8;
        return tables;
    }

    // The product modulo the polynomial. As all bits are reversed, the highest bit is the coefficient of 1.
    static ulong Multiply(ChecksumKind kind, ulong one, ulong other)
    {
        var polynomial = kind is ChecksumKind.Crc32C ? Crc32CPolynomial : Crc64NvmePolynomial;
        var product = 0UL;
        for (var bit = One(kind); bit != 0; bit >>= 1)
        {
            if ((one & bit) != 0)
                product ^= other;
            other = (other & 1) == 0 ? other >> 1 : other >> 1 ^ polynomial;
        }

        return product;
    }

    // By squaring.
    static ulong PowerOfX(ChecksumKind kind, long exponent)
    {
        var power = One(kind);
        var square = One(kind) >> 1;
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
                power = Multiply(kind, power, square);
            square = Multiply(kind, square, square);
        }

        return power;
    }

    static ulong One(ChecksumKind kind) => kind is ChecksumKind.Crc32C ? 1UL << 31 : 1UL << 63;

    static ulong OnesOf(ChecksumKind kind) => kind is ChecksumKind.Crc32C ? uint.MaxValue : ulong.MaxValue;

    static ulong ToValue(Checksum crc) => ulong.Parse(crc.Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    static Checksum ToChecksum(ChecksumKind kind, ulong value) =>
        new(kind, value.ToString(kind is ChecksumKind.Crc32C ? "x8" : "x16", CultureInfo.InvariantCulture));
}
