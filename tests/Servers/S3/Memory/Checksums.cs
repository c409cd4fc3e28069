using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace DataTransferHub.Servers.S3.Memory;

/// <summary>The checksums that S3 takes beside the MD5, by the end of their header's name.</summary>
static class Checksums
{
    // Polynomials, bits reversed.
    static readonly ulong[] Crc32Table = MakeTable(0xEDB88320);
    static readonly ulong[] Crc64NvmeTable = MakeTable(0x9A6C9329AC4BC9B5);

    /// <summary>The algorithms and the bytes of their results.</summary>
    public static readonly IReadOnlyDictionary<string, int> Lengths =
        new Dictionary<string, int> { ["crc32"] = 4, ["crc32c"] = 4, ["crc64nvme"] = 8, ["sha1"] = 20, ["sha256"] = 32 };

    /// <summary>The CRC64NVME of an object that came without a checksum, or null if the bucket computes none.</summary>
    public static (string Algorithm, string Value)? Default(IReadOnlyList<byte[]> parts, BucketQuirks quirks)
    {
        if (quirks.Checksums is not ChecksumSupport.Always)
            return null;
        var crc = ulong.MaxValue;
        foreach (var part in parts)
            crc = Crc(Crc64NvmeTable, crc, part);
        return ("crc64nvme", Convert.ToBase64String(BigEndian(~crc)));
    }

    /// <summary>The checksum of some bytes.</summary>
    public static byte[] Compute(string algorithm, ReadOnlySpan<byte> bytes) => algorithm switch
    {
        "crc32" => BigEndian((uint)~Crc(Crc32Table, uint.MaxValue, bytes)),
        "crc32c" => BigEndian(~Crc32C(bytes)),
        "crc64nvme" => BigEndian(~Crc(Crc64NvmeTable, ulong.MaxValue, bytes)),
        "sha1" => SHA1.HashData(bytes),
        "sha256" => SHA256.HashData(bytes),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, null),
    };

    static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var octet in bytes)
            crc = BitOperations.Crc32C(crc, octet);
        return crc;
    }

    static ulong Crc(ulong[] table, ulong crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var octet in bytes)
            crc = table[(byte)crc ^ octet] ^ crc >> 8;
        return crc;
    }

    static ulong[] MakeTable(ulong polynomial)
    {
        var table = new ulong[256];
        for (var i = 0; i < table.Length; i++)
        {
            var value = (ulong)i;
            for (var bit = 0; bit < 8; bit++)
                value = (value & 1) == 0 ? value >> 1 : value >> 1 ^ polynomial;
            table[i] = value;
        }

        return table;
    }

    static byte[] BigEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    static byte[] BigEndian(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }
}
