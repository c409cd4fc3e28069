using System.Net;
using Amazon.S3.Model;
using DataTransferHub.Objects.Copying;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.S3;
using DataTransferHub.Servers.S3.Memory;

namespace DataTransferHub.Objects.Tests;

public sealed class MotoMoverTests(SharedMoto server) : MoverTests(server);

public sealed class RadosgwMoverTests(SharedRadosgw server) : MoverTests(server);

public sealed class MemoryMoverTests(SharedMemoryS3 server) : MoverTests(server);

/// <summary>What the mover does between buckets, the same on every server.</summary>
public abstract class MoverTests(ISharedServer shared) : StoreMoverTests(shared)
{
    /// <summary>Objects that were uploaded in parts: below the threshold and above it, in even parts and in uneven ones.</summary>
    public static readonly TheoryData<int[]> Composites =
    [
        Parts(1000),
        Parts(300_000),
        Parts(5 * MiB, 1),
        Parts(5 * MiB, 5 * MiB),
        Parts(6 * MiB, 5 * MiB, 1000),
        Parts(6 * MiB, 6 * MiB, 5 * MiB),
        Parts(10 * MiB, 8 * MiB, 9 * MiB),
        Parts(5 * MiB, 6 * MiB),
        Parts(6 * MiB, 7 * MiB, 5 * MiB, 6 * MiB),
    ];

    [Theory]
    [MemberData(nameof(Composites))]
    public async Task An_object_that_was_uploaded_in_parts_arrives(int[] parts)
    {
        using var bench = await CreateAsync();
        var content = Content.Random(parts.Sum(), parts.Length);
        await bench.Server.PutInPartsAsync(bench.SourceBucket, "object", content, parts);

        var result = await bench.TransferAsync();

        AssertAllCopied(bench);
        Assert.Equal(new(1, 0, 0, content.Length), result);
        Assert.Equal(content, await bench.ReadCopyAsync("object"));
        Assert.Equal(new(0, 0, 1, 0), await bench.TransferAsync());
    }

    [Fact]
    public async Task Metadata_comes_along_with_small_and_large_objects()
    {
        using var bench = await CreateAsync();
        foreach (var size in new[] { 10, 13 * MiB })
        {
            using var content = new MemoryStream(Content.Random(size, 1));
            var request = new PutObjectRequest
            {
                BucketName = bench.SourceBucket,
                Key = $"{size}",
                InputStream = content,
                UseChunkEncoding = false,
            };
            request.Headers.ContentType = "text/x-odd; charset=utf-8";
            request.Headers.ContentDisposition = "attachment; filename=\"a b.txt\"";
            request.Headers.CacheControl = "max-age=7";
            request.Metadata["note"] = "a note";
            await bench.Server.Client.PutObjectAsync(request, Bench.Ct);
        }

        Assert.Equal(2, (await bench.TransferAsync()).Copied);

        foreach (var copy in await bench.ListCopiesAsync())
        {
            var head = await bench.Server.Client.GetObjectMetadataAsync(bench.DestinationBucket, copy.Key, Bench.Ct);
            Assert.Equal("text/x-odd; charset=utf-8", head.Headers.ContentType);
            Assert.Equal("attachment; filename=\"a b.txt\"", head.Headers.ContentDisposition);
            Assert.Equal("max-age=7", head.Headers.CacheControl);
            Assert.Equal("a note", head.Metadata["x-amz-meta-note"]);
        }
    }

    [Fact]
    public async Task Objects_and_parts_that_fail_twice_are_sent_a_third_time()
    {
        using var bench = await CreateAsync();
        var content = Content.Random(13 * MiB, 1);
        await bench.PutAsync("large", content);
        await bench.PutAsync("small", [1, 2, 3]);
        var failures = new Dictionary<string, int>();
        bench.Wire.Answer = request =>
        {
            if (request.Method != HttpMethod.Put)
                return null;
            lock (failures)
            {
                var attempt = failures[request.RequestUri!.PathAndQuery] = failures.GetValueOrDefault(request.RequestUri!.PathAndQuery) + 1;
                return attempt < 3 ? ScriptedWire.Error(HttpStatusCode.ServiceUnavailable, "SlowDown") : null;
            }
        };

        var result = await bench.TransferAsync();

        AssertAllCopied(bench);
        Assert.Equal(2, result.Copied);
        Assert.Equal(4, failures.Count);
        Assert.Equal(content, await bench.ReadCopyAsync("large"));

        // Each of the four was asked twice to slow down.
        Assert.Equal(
            ["large", "large", "large", "large", "large", "large", "small", "small"],
            bench.Logged(2101).Select(values => (string)values["Item"]!).Order(StringComparer.Ordinal));
        Assert.All(bench.Logged(2101), values => Assert.Equal(StoreSide.Destination, values["Side"]));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(ObjectCopier.HeldSize + 1)]
    [InlineData(13 * MiB)]
    public async Task A_byte_that_flips_once_on_the_way_out_is_noticed_and_the_object_arrives_intact(int size)
    {
        using var bench = await CreateAsync();
        var content = Content.Random(size, size);
        await bench.PutAsync("object", content);
        var flips = 0;
        bench.Wire.FlipsRequest = request => request.Method == HttpMethod.Put && Interlocked.Increment(ref flips) == 1;

        var result = await bench.TransferAsync();

        AssertAllCopied(bench);
        Assert.True(flips > 1, "the byte was flipped and nothing was sent again");
        Assert.Equal(1, result.Copied);
        Assert.Equal(content, await bench.ReadCopyAsync("object"));
    }

    [Fact]
    public async Task A_bucket_that_does_not_exist_is_an_error_that_names_it()
    {
        using var bench = await CreateAsync();
        bench.Parameters["srcBucket"] = "there-is-no-such-bucket";

        var fault = await Assert.ThrowsAsync<Units.TransferFailedException>(() => bench.FindAsync());

        Assert.Contains("NoSuchBucket (404)", fault.Message, StringComparison.Ordinal);
    }

    static int[] Parts(params int[] sizes) => sizes;
}
