using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CsCheck;
using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;

namespace DataTransferHub.Objects.Tests;

public sealed class HashTests
{
    // RFC 1321, appendix A.5.
    [Theory]
    [InlineData("", "d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("a", "0cc175b9c0f1b6a831c399e269772661")]
    [InlineData("abc", "900150983cd24fb0d6963f7d28e17f72")]
    [InlineData("message digest", "f96b697d7cb7938d525a2f31aaf161d0")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345678901234567890", "57edf4a22be3c955ac49da2e2107b67a")]
    public void The_digest_is_that_of_the_standard(string text, string digest)
    {
        var md5 = new ChainedMd5();
        md5.Append(Encoding.ASCII.GetBytes(text));
        Assert.Equal(digest, Convert.ToHexStringLower(md5.Digest()));
    }

    [Fact]
    public void Any_bytes_in_any_pieces_with_the_state_carried_as_text_have_the_digest_of_the_platform() =>
        Gen.Byte.Array[0, 300].Array[0, 8].Sample(pieces =>
        {
            string? state = null;
            foreach (var piece in pieces)
            {
                var md5 = ChainedMd5.From(state);
                md5.Append(piece);
                state = md5.ExportState();
            }

            return ChainedMd5.From(state).Digest().SequenceEqual(MD5.HashData(pieces.SelectMany(piece => piece).ToArray()));
        });

    [Fact]
    public void Two_digests_of_the_same_bytes_are_each_that_of_the_platform_wherever_they_began() =>
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Byte.Array[0, 200], Gen.Byte.Array[0, 400].Array[0, 5])
            .Sample((before, beforeOther, pieces) =>
        {
            var (one, other) = (new ChainedMd5(), new ChainedMd5());
            one.Append(before);
            other.Append(beforeOther);
            foreach (var piece in pieces)
                ChainedMd5.Append(one, other, piece);

            var shared = pieces.SelectMany(piece => piece).ToArray();
            return one.Digest().SequenceEqual(MD5.HashData([.. before, .. shared]))
                && other.Digest().SequenceEqual(MD5.HashData([.. beforeOther, .. shared]));
        });

    [Fact]
    public void A_damaged_state_is_refused() => Assert.Throws<FormatException>(() => ChainedMd5.From(Convert.ToBase64String(
        [.. Convert.FromBase64String(ChainedMd5.From(null).ExportState()), 1])));

    [Fact]
    public void The_md5_of_parts_knows_uneven_parts()
    {
        var content = Content.Random(27, 1);
        using var composite = new Md5OfParts(PartLayout.Of([10, 8, 9]));
        foreach (var piece in content.Chunk(4))
            composite.Append(piece);

        byte[][] parts = [content[..10], content[10..18], content[18..]];
        Assert.Equal(Md5OfParts.Of(parts.Select(part => Checksum.OfMd5(MD5.HashData(part)))), composite.Finish());
    }

    [Fact]
    public void A_layout_tells_where_its_parts_are() => Gen.Long[1, 50].Array[1, 20].Sample(sizes =>
    {
        var layout = JsonSerializer.Deserialize<PartLayout>(JsonSerializer.Serialize(PartLayout.Of(sizes)))!;
        return layout.Parts == sizes.Length && layout.Size == sizes.Sum()
            && Enumerable.Range(1, sizes.Length).All(part =>
                layout.LengthOf(part) == sizes[part - 1] && layout.OffsetOf(part) == sizes.Take(part - 1).Sum());
    });

    [Fact]
    public void The_md5_of_parts_is_the_md5_of_their_md5s()
    {
        var content = Content.Random(25, 1);
        using var composite = new Md5OfParts(new PartLayout(25, 10));
        foreach (var octet in content)
            composite.Append([octet]);

        var parts = content.Chunk(10).Select(part => MD5.HashData(part)).ToList();
        var expected = Convert.ToHexStringLower(MD5.HashData(parts.SelectMany(part => part).ToArray())) + "-3";
        Assert.Equal(new Checksum(ChecksumKind.Md5OfParts, expected), composite.Finish());
        Assert.Equal(expected, Md5OfParts.Of(parts.Select(part => Checksum.OfMd5(part))).Value);
    }
}
