using System.Collections.Concurrent;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Stores.Local;
using DataTransferHub.Objects.Stores.S3;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.S3.Memory;

namespace DataTransferHub.Objects.Tests;

/// <summary>Keys that cannot exist at the destination are known without asking it.</summary>
public sealed class KeyLimitTests(SharedMemoryS3 shared)
{
    [Theory]
    [InlineData("Amazon_S3", 1024, "a")]
    [InlineData("Aliyun_OSS", 1023, "a")]
    [InlineData("Tencent_COS", 850, "a")]
    [InlineData("Qiniu_Kodo", 1024, "a")]
    [InlineData("Google_GCS", 1022, "é")] // bytes, not characters
    public void A_key_has_as_many_bytes_as_the_service_allows(string service, int most, string character)
    {
        var longest = string.Concat(Enumerable.Repeat(character, most / System.Text.Encoding.UTF8.GetByteCount(character)));
        Assert.Null(S3Keys.FindFault(Enum.Parse<S3Service>(service), longest));
        var fault = S3Keys.FindFault(Enum.Parse<S3Service>(service), longest + "éé");
        Assert.Contains("shorten destPrefix", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Amazon_S3", "", "must have a key")]
    [InlineData("Aliyun_OSS", "/a", "cannot start with '/'")]
    [InlineData("Tencent_COS", "\\a", "cannot start with")]
    [InlineData("Tencent_COS", "a\u001bb", "24 to 27")]
    [InlineData("Google_GCS", "..", "cannot be '..'")]
    [InlineData("Google_GCS", "a\nb", "line breaks")]
    public void A_key_that_a_service_forbids_is_told(string service, string key, string expected)
    {
        Assert.Contains(expected, S3Keys.FindFault(Enum.Parse<S3Service>(service), key), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_no_text_is_told() =>
        Assert.Contains("no valid Unicode", S3Keys.FindFault(S3Service.Amazon_S3, "a\ud800"), StringComparison.Ordinal);

    [Theory]
    [InlineData("Amazon_S3", "/a")]
    [InlineData("Amazon_S3", "..")]
    [InlineData("Aliyun_OSS", "a/\\b")]
    [InlineData("Google_GCS", ".../.")]
    public void A_key_that_a_service_allows_has_no_fault(string service, string key) =>
        Assert.Null(S3Keys.FindFault(Enum.Parse<S3Service>(service), key));

    [Fact]
    public void A_key_whose_path_or_name_is_too_long_for_a_file_is_told()
    {
        Assert.Null(LocalPath.FindFault("/data", new string('a', 255)));
        Assert.Contains("at most 255 bytes", LocalPath.FindFault("/data", "b/" + new string('a', 256)), StringComparison.Ordinal);
        Assert.Contains("cannot contain", LocalPath.FindFault("/data", "a\0b"), StringComparison.Ordinal);
        var deep = string.Concat(Enumerable.Repeat("abcdefgh/", 453));
        Assert.Null(LocalPath.FindFault("/", deep + "z"));
        Assert.Contains("at most 4095 bytes", LocalPath.FindFault("/" + new string('d', 30), deep + "z"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_fails_with_its_reason_and_no_request_and_the_others_are_copied()
    {
        var server = await shared.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        bench.Parameters["destPrefix"] = "copies";
        var tooLong = new string('b', 1020);
        await bench.PutAsync("a", [1]);
        await bench.PutAsync(tooLong, [1, 2]);
        await bench.PutAsync(tooLong[..^3] + "z", Content.Random(13 << 20, 1));
        await bench.PutAsync("c", [1, 2, 3]);

        var asked = new ConcurrentQueue<string>();
        server.QuirksOf(bench.DestinationBucket).Script = call =>
        {
            asked.Enqueue(call.Key + call.Query("prefix"));
            return null;
        };

        var result = await bench.TransferAsync();

        Assert.Equal((2, 2), (result.Copied, result.Failed));
        var failed = bench.Ledger.Outcomes(bench.Run.RunId).SelectMany(unit => unit.Failed).ToList();
        Assert.All(failed, item => Assert.Equal(0, item.Attempts));
        Assert.All(failed, item => Assert.Contains("the key has 10", item.Error, StringComparison.Ordinal));
        Assert.NotEmpty(asked);
        Assert.DoesNotContain(asked, key => key.Contains("bbb", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_the_prefix_makes_every_key_impossible_each_object_fails()
    {
        var server = await shared.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        bench.Parameters["destPrefix"] = new string('p', 1023);
        await bench.PutAsync("abc", [1]);
        await bench.PutAsync("abd", [1, 2]);

        var result = await bench.TransferAsync();

        Assert.Equal((0, 2), (result.Copied, result.Failed));
    }

    [Fact]
    public async Task Below_a_prefix_that_is_a_full_file_name_objects_are_compared()
    {
        using var bench = await Bench.CreateAsync(await shared.GetAsync());
        bench.UseFolder(StoreSide.Destination);
        var name = new string('n', 255);
        bench.Parameters["srcPrefix"] = name;
        await bench.PutAsync(name + "/y", [1]);
        Assert.Equal(1, (await bench.TransferAsync()).Copied);

        Assert.Equal((1, 0), ((await bench.FindAsync()).Findings.Found, (await bench.FindAsync()).Findings.ToCopy));
    }

    [Fact]
    public async Task A_listing_is_not_asked_for_a_key_that_cannot_be_there()
    {
        var asked = new List<string>();
        await using var there = new SkippingListing(
            after =>
            {
                asked.Add(after ?? "");
                return AsyncEnumerable.Empty<ListedObject>();
            },
            key =>
            {
                asked.Add(key);
                return Task.FromResult<ListedObject?>(null);
            },
            isPossible: key => key != "no");

        Assert.Null(await there.FindAsync("no"));
        Assert.Empty(asked);
        Assert.Null(await there.FindAsync("yes"));
        Assert.NotEmpty(asked);
    }
}
