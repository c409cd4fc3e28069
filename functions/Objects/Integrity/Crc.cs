using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
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
        return ToChecksum(kind, Multiply(kind, ToValue(first), PowerOfX(kind, secondLength)) ^ ToValue(second));
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

    // x to the number of bits in so many bytes, by squaring.
    static ulong PowerOfX(ChecksumKind kind, long bytes)
    {
        var power = One(kind);
        var square = One(kind) >> 8;
        for (; bytes > 0; bytes >>= 1)
        {
            if ((bytes & 1) != 0)
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
