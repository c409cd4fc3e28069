using DataTransferHub.Cli.S3;
using DataTransferHub.Servers.S3;
using Xunit;

namespace DataTransferHub.EndToEnd.Tests;

/// <summary>What the tests assume of the servers they start.</summary>
public sealed class ServersTests(SharedMoto moto, SharedRadosgw radosgw)
{
    static readonly string[] Keys = ["a b/c", "a.txt", "a/b", "a+b", "数据/文件 1.txt", "z"];

    [Fact]
    public async Task Moto_lists_in_the_order_of_utf8_bytes() => await AssertListsInKeyOrder(await moto.GetAsync());

    [Fact]
    public async Task S3rver_lists_in_the_order_of_utf8_bytes()
    {
        await using var server = await S3rverServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await AssertListsInKeyOrder(server);
    }

    [Fact]
    public async Task Radosgw_lists_in_the_order_of_utf8_bytes() => await AssertListsInKeyOrder(await radosgw.GetAsync());

    [Fact]
    public async Task Several_radosgw_run_at_once_and_each_ends_alone()
    {
        var first = await radosgw.GetAsync();
        var bucket = await first.CreateBucketAsync();
        await using (var second = await RadosgwServer.StartAsync(TestContext.Current.CancellationToken))
        {
            await second.CreateBucketAsync();
            var buckets = (await second.Client.ListBucketsAsync(TestContext.Current.CancellationToken)).Buckets ?? [];
            Assert.DoesNotContain(bucket, buckets.Select(one => one.BucketName));
        }

        await first.PutAsync(bucket, "key", [1]);
        Assert.Equal([1], await first.GetAsync(bucket, "key"));
    }

    static async Task AssertListsInKeyOrder(S3Server server)
    {
        var bucket = await server.CreateBucketAsync();
        foreach (var key in Keys)
            await server.PutAsync(bucket, key, [1, 2, 3]);

        var listed = await server.ListAsync(bucket, pageSize: 2, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(["a b/c", "a+b", "a.txt", "a/b", "z", "数据/文件 1.txt"], listed.Select(item => item.Key));
        Assert.Equal([1, 2, 3], await server.GetAsync(bucket, "数据/文件 1.txt"));
    }
}
