using System.Text;
using Amazon.S3.Model;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.S3;
using DataTransferHub.Servers.S3.Memory;

[assembly: AssemblyFixture(typeof(SharedMoto))]
[assembly: AssemblyFixture(typeof(SharedRadosgw))]
[assembly: AssemblyFixture(typeof(SharedMemoryS3))]

namespace DataTransferHub.Objects.Tests;

public sealed class KeyTests(SharedMoto moto)
{
    public static readonly TheoryData<string> OddKeys =
    [
        "with space", " leading and trailing ", "a+b", "100%", "%2F", "%2f/%20", "中文/文件.txt", "😀/🎉.png", "/lead", "//two", "a//b",
        "a/b//", "./x", "../y", "a/./b",
        "a/../b", "..", "trailing.", "trailing..", "folder/", "q?x=1&y=2", "hash#tag", "semi;colon", "quote\"and'apostrophe", "back\\slash",
        "<xml>&amp;",
        "é/é", "a:b@c!d$e,f=g*h(i)", "tab\there", "[brackets]{braces}|^`~", "ending%",
    ];

    [Theory]
    [MemberData(nameof(OddKeys))]
    public async Task An_odd_key_arrives_unchanged(string key)
    {
        using var bench = await Bench.CreateAsync(moto);
        var content = Encoding.UTF8.GetBytes("content of " + key);
        var transfer = await bench.OpenAsync();
        // Written by our own client: the SDK cannot send all of these keys.
        await Put(bench, key, content);

        var result = await bench.TransferAsync();

        Assert.Equal(new(1, 0, 0, content.Length), result);
        var copy = Assert.Single((await transfer.Destination.ListAsync("", null, null, 10, Bench.Ct)).Objects);
        Assert.Equal(key, copy.Key);
        Assert.Equal(key, Assert.Single(await bench.ListCopiesAsync()).Key);
        using var body = await transfer.Destination.GetAsync(key, null, copy.Version, Bench.Ct);
        using var text = new StreamReader(body.Content);
        Assert.Equal(Encoding.UTF8.GetString(content), await text.ReadToEndAsync(Bench.Ct));
    }

    [Fact]
    public async Task A_key_of_1024_bytes_arrives_unchanged()
    {
        using var bench = await Bench.CreateAsync(moto);
        var key = string.Concat(Enumerable.Repeat("长", 341)) + "x";
        Assert.Equal(1024, Encoding.UTF8.GetByteCount(key));
        await Put(bench, key, [1, 2, 3]);

        Assert.Equal(1, (await bench.TransferAsync()).Copied);

        Assert.Equal(key, Assert.Single(await bench.ListCopiesAsync()).Key);
    }

    [Fact]
    public async Task Empty_objects_and_folder_keys_are_copied()
    {
        using var bench = await Bench.CreateAsync(moto);
        await bench.PutAsync("empty", []);
        await bench.PutAsync("folder/", []);

        Assert.Equal(2, (await bench.TransferAsync()).Copied);

        Assert.Equal(["empty", "folder/"], (await bench.ListCopiesAsync()).Select(copy => copy.Key));
    }

    [Fact]
    public async Task Only_keys_under_the_prefix_are_copied_and_go_below_the_destination_prefix_with_their_whole_key()
    {
        using var bench = await Bench.CreateAsync(moto);
        await bench.PutAsync("in/one", [1]);
        await bench.PutAsync("in/two+three", [2]);
        await bench.PutAsync("out/four", [3]);
        bench.Parameters["srcPrefix"] = "in/";
        bench.Parameters["destPrefix"] = "/back up";

        Assert.Equal(2, (await bench.TransferAsync()).Copied);

        Assert.Equal(
            ["back up/in/one", "back up/in/two+three"], (await bench.ListCopiesAsync()).Select(copy => copy.Key));
        Assert.Equal(new(0, 0, 2, 0), await bench.TransferAsync());
    }

    [Fact]
    public async Task A_large_object_under_an_odd_key_arrives_unchanged()
    {
        using var bench = await Bench.CreateAsync(moto);
        var content = Content.Random(13 << 20, 1);
        const string Key = "../a//b/./+ %2F 中😀.";
        await Put(bench, Key, content);

        var result = await bench.TransferAsync();

        Assert.True(bench.Errors.Count == 0, string.Join(" ", bench.Errors));
        Assert.Equal(new(1, 0, 0, content.Length), result);

        var transfer = await bench.OpenAsync();
        using var body = await transfer.Destination.GetAsync(Key, null, ObjectVersion.Unknown, Bench.Ct);
        var copy = new byte[content.Length];
        await body.Content.ReadExactlyAsync(copy, Bench.Ct);
        Assert.Equal(content, copy);
        var uploads = await bench.Server.Client.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = bench.DestinationBucket }, Bench.Ct);
        Assert.Empty(uploads.MultipartUploads ?? []);
    }

    static async Task Put(Bench bench, string key, byte[] content)
    {
        bench.Parameters["destBucket"] = bench.SourceBucket;
        bench.Parameters["srcBucket"] = bench.DestinationBucket;
        await (await bench.OpenAsync()).Destination.PutAsync(key, new MemoryContent(content), null, ObjectAttributes.None, Bench.Ct);
        bench.Parameters["destBucket"] = bench.DestinationBucket;
        bench.Parameters["srcBucket"] = bench.SourceBucket;
    }
}
