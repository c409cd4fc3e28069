using System.Text;
using CsCheck;
using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Tests;

public sealed class CrcTests
{
    static readonly Gen<ChecksumKind> Kinds =
        Gen.Bool.Select(isLong => isLong ? ChecksumKind.Crc64Nvme : ChecksumKind.Crc32C);

    // The check values of the catalogue of parametrised CRC algorithms, and the CRC32C of 32 zero bytes in RFC 3720, appendix B.4.
    [Theory]
    [InlineData(nameof(ChecksumKind.Crc64Nvme), "123456789", "ae8b14860a799888")]
    [InlineData(nameof(ChecksumKind.Crc32C), "123456789", "e3069283")]
    [InlineData(nameof(ChecksumKind.Crc32C), "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "8a9136aa")]
    [InlineData(nameof(ChecksumKind.Crc64Nvme), "", "0000000000000000")]
    [InlineData(nameof(ChecksumKind.Crc32C), "", "00000000")]
    public void Checksum_is_the_published_one(string kind, string text, string value) =>
        Assert.Equal(value, Of(Enum.Parse<ChecksumKind>(kind), Encoding.ASCII.GetBytes(text)).Value);

    [Fact]
    public void Any_bytes_in_any_pieces_have_the_checksum_computed_bit_by_bit() =>
        Gen.Select(Kinds, Gen.Byte.Array[0, 400].Array[0, 6]).Sample((kind, pieces) =>
        {
            var crc = new Crc(kind);
            foreach (var piece in pieces)
                crc.Append(piece);
            return crc.Checksum == BitByBit(kind, pieces.SelectMany(piece => piece));
        });

    [Fact]
    public void Checksums_of_parts_combine_to_that_of_the_whole_in_any_grouping() =>
        Gen.Select(Kinds, Gen.Byte.Array[0, 100], Gen.Byte.Array[0, 100], Gen.Byte.Array[0, 100]).Sample((kind, a, b, c) =>
        {
            var (ofA, ofB, ofC) = (Of(kind, a), Of(kind, b), Of(kind, c));
            var whole = Of(kind, [.. a, .. b, .. c]);
            return Crc.Combine(Crc.Combine(ofA, ofB, b.Length), ofC, c.Length) == whole
                && Crc.Combine(ofA, Crc.Combine(ofB, ofC, c.Length), b.Length + c.Length) == whole;
        });

    [Fact]
    public void Parts_of_more_than_4_GiB_combine() => Gen.Select(Kinds, Gen.Byte.Array[0, 50], Gen.Byte.Array[1, 50]).Sample((kind, a, b) =>
    {
        // The part is b, doubled 32 times.
        var (part, length) = (Of(kind, b), (long)b.Length);
        var whole = Of(kind, a);
        for (var i = 0; i < 32; i++)
            (part, length) = (Crc.Combine(part, part, length), length * 2);
        var (half, halfLength) = (Of(kind, b), (long)b.Length);
        for (var i = 0; i < 31; i++)
            (half, halfLength) = (Crc.Combine(half, half, halfLength), halfLength * 2);
        return Crc.Combine(whole, part, length) == Crc.Combine(Crc.Combine(whole, half, halfLength), half, halfLength);
    });

    [Fact]
    public void Checksums_of_different_kinds_are_not_combined() => Assert.Throws<ArgumentException>(
        () => Crc.Combine(Of(ChecksumKind.Crc32C, [1]), Of(ChecksumKind.Crc64Nvme, [1]), 1));

    static Checksum Of(ChecksumKind kind, byte[] bytes)
    {
        var crc = new Crc(kind);
        crc.Append(bytes);
        return crc.Checksum;
    }

    static Checksum BitByBit(ChecksumKind kind, IEnumerable<byte> bytes)
    {
        var (ones, polynomial) = kind is ChecksumKind.Crc32C
            ? (uint.MaxValue, 0x82f63b78) : (ulong.MaxValue, 0x9a6c9329ac4bc9b5);
        var crc = ones;
        foreach (var octet in bytes)
        {
            crc ^= octet;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ polynomial;
        }

        return new Checksum(kind, kind is ChecksumKind.Crc32C ? $"{crc ^ ones:x8}" : $"{crc ^ ones:x16}");
    }
}
