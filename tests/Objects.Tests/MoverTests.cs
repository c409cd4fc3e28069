using System.Net;
using System.Text;
using Amazon.S3.Model;
using DataTransferHub.Objects.Copying;
using DataTransferHub.Objects.LargeObjects;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.S3;
using DataTransferHub.Servers.S3.Memory;

namespace DataTransferHub.Objects.Tests;

public sealed class MotoMoverTests(SharedMoto server) : MoverTests(server);

public sealed class RadosgwMoverTests(SharedRadosgw server) : MoverTests(server);

public sealed class MemoryMoverTests(SharedMemoryS3 server) : MoverTests(server);

/// <summary>What the mover does, the same on every server.</summary>
public abstract class MoverTests(ISharedServer shared)
{
    const int MiB = 1 << 20;

    /// <summary>Sizes on both sides of what is held in memory, of the multipart threshold, and of whole parts.</summary>
    public static readonly TheoryData<int> Sizes =
        [0, 1, ObjectCopier.HeldSize, ObjectCopier.HeldSize + 1, 11 * MiB, 13 * MiB + 7, 20 * MiB];

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
    [MemberData(nameof(Sizes))]
    public async Task An_object_of_any_size_arrives(int size)
    {
        using var bench = await Bench.CreateAsync(shared);
        var content = Content.Random(size, size);
        await bench.PutAsync("object", content);

        var result = await bench.TransferAsync();

        AssertAllCopied(bench);
        Assert.Equal(new(1, 0, 0, size), result);
        Assert.Equal(content, await bench.ReadCopyAsync("object"));
        Assert.Equal(new(0, 0, 1, 0), await bench.TransferAsync());
    }

    [Theory]
    [MemberData(nameof(Composites))]
    public async Task An_object_that_was_uploaded_in_parts_arrives(int[] parts)
    {
        using var bench = await Bench.CreateAsync(shared);
        var content = Content.Random(parts.Sum(), parts.Length);
        await bench.Server.PutInPartsAsync(bench.SourceBucket, "object", content, parts);

        var result = await bench.TransferAsync();

        AssertAllCopied(bench);
        Assert.Equal(new(1, 0, 0, content.Length), result);
        Assert.Equal(content, await bench.ReadCopyAsync("object"));
        Assert.Equal(new(0, 0, 1, 0), await bench.TransferAsync());
    }

    [Fact]
    public async Task Odd_keys_arrive_unchanged()
    {
        using var bench = await Bench.CreateAsync(shared);
        var longest = string.Concat(Enumerable.Repeat("长", 341)) + "x";
        var keys = KeyTests.OddKeys.Select(row => row.Data).Append(longest).Order(KeyOrder.Instance).ToList();
        foreach (var key in keys)
            await PutAsync(bench, key, Encoding.UTF8.GetBytes("content of " + key));

        var result = await bench.TransferAsync();

        AssertAllCopied(bench);
        Assert.Equal(keys.Count, result.Copied);
        var destination = (await bench.OpenAsync()).Destination;
        var copies = (await destination.ListAsync("", null, null, 1000, Bench.Ct)).Objects;
        Assert.Equal(keys, copies.Select(copy => copy.Key));
        foreach (var copy in copies)
        {
            using var body = await destination.GetAsync(copy.Key, null, copy.ETag, Bench.Ct);
            using var text = new StreamReader(body.Content);
            Assert.Equal("content of " + copy.Key, await text.ReadToEndAsync(Bench.Ct));
        }
    }

    [Fact]
    public async Task Metadata_comes_along_with_small_and_large_objects()
    {
        using var bench = await Bench.CreateAsync(shared);
        foreach (var size in new[] { 10, 13 * MiB })
        {
            using var content = new MemoryStream(Content.Random(size, 1));
            var request =
                new PutObjectRequest { BucketName = bench.SourceBucket, Key = $"{size}", InputStream = content, UseChunkEncoding = false };
            request.Headers.ContentType = "text/x-odd; charset=utf-8";
            request.Headers.ContentDisposition = "attachment; filename=\"a b.txt\"";
            request.Headers.CacheControl = "max-age=7";
            request.Metadata["note"] = "a note";
            await bench.Server.Client.PutObjectAsync(request, Bench.Ct);
        }

        Assert.Equal(2, (await bench.TransferAsync()).Copied);

        foreach (var copy in await bench.Server.ListAsync(bench.DestinationBucket))
        {
            var head = await bench.Server.Client.GetObjectMetadataAsync(bench.DestinationBucket, copy.Key, Bench.Ct);
            Assert.Equal("text/x-odd; charset=utf-8", head.Headers.ContentType);
            Assert.Equal("attachment; filename=\"a b.txt\"", head.Headers.ContentDisposition);
            Assert.Equal("max-age=7", head.Headers.CacheControl);
            Assert.Equal("a note", head.Metadata["x-amz-meta-note"]);
        }
    }

    [Fact]
    public async Task A_listing_of_several_pages_is_found_whole_from_any_key_on()
    {
        using var bench = await Bench.CreateAsync(shared);
        var keys = Enumerable.Range(0, 1003).Select(i => $"key {i:0000}").ToList();
        await Parallel.ForEachAsync(
            keys, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (key, _) => await bench.PutAsync(key, [1]));
        var source = (await bench.OpenAsync()).Source;

        var first = await bench.FindAsync();
        var second = await bench.FindAsync(1, first.NextKey);
        var page = await source.ListAsync("key 05", "key 0597", null, 1000, Bench.Ct);

        Assert.Equal((keys[999], null), (first.NextKey, second.NextKey));
        Assert.Equal([(1000, false), (3, true)], new[] { first, second }.Select(batch => (batch.Findings.ToCopy, batch.Findings.IsLast)));
        Assert.True(page.IsLast);
        Assert.Equal(["key 0598", "key 0599"], page.Objects.Select(item => item.Key));
    }

    [Fact]
    public async Task Objects_and_parts_that_fail_twice_are_sent_a_third_time()
    {
        using var bench = await Bench.CreateAsync(shared);
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

    [Fact]
    public async Task A_changed_object_is_copied_in_its_new_version_and_a_gone_one_skipped()
    {
        using var bench = await Bench.CreateAsync(shared);
        await bench.PutAsync("changed", [1]);
        await bench.PutAsync("gone", [2]);
        await bench.FindAsync();
        await bench.PutAsync("changed", [3, 4]);
        await bench.Server.Client.DeleteObjectAsync(bench.SourceBucket, "gone", Bench.Ct);

        Assert.Equal(new(1, 0, 1, 2), await bench.CopyUnitAsync(Assert.Single(bench.Units)));

        Assert.Equal([3, 4], await bench.ReadCopyAsync("changed"));
    }

    [Fact]
    public async Task Parts_that_are_already_there_are_not_sent_again()
    {
        using var bench = await Bench.CreateAsync(shared);
        var content = Content.Random(23 * MiB, 3);
        await bench.PutAsync("large", content);
        await bench.FindAsync();
        var upload = await bench.StartUploadAsync();
        // The activity is ended when it comes to its third part.
        bench.Wire.Answer = request => IsPart(request, 3) ? throw new InvalidOperationException("killed") : null;
        await Assert.ThrowsAsync<InvalidOperationException>(() => bench.CopyPartsAsync(upload));
        bench.Wire.Answer = _ => null;
        bench.Wire.Requests.Clear();

        var step = await bench.CopyPartsAsync(upload);
        var end = await bench.CompleteAsync(upload, step.ChainState);

        Assert.Equal(StepEnd.Finished, end.End);
        Assert.Equal(3, bench.Wire.Requests.Count(request => request.StartsWith("PUT", StringComparison.Ordinal)));
        Assert.Equal(content, await bench.ReadCopyAsync("large"));
    }

    [Fact]
    public async Task An_upload_whose_start_was_not_written_down_is_adopted_and_no_other()
    {
        using var bench = await Bench.CreateAsync(shared);
        await bench.PutAsync("large", Content.Random(13 * MiB, 6));
        await bench.FindAsync();
        var foreign = (await bench.Server.Client.InitiateMultipartUploadAsync(bench.DestinationBucket, "large", Bench.Ct)).UploadId;
        var longer = (await bench.Server.Client.InitiateMultipartUploadAsync(bench.DestinationBucket, "largest", Bench.Ct)).UploadId;
        bench.WorkArea.BeforeWrite = path => Assert.False(path.Contains("/plan-", StringComparison.Ordinal), "killed");
        await Assert.ThrowsAnyAsync<Exception>(() => bench.StartUploadAsync());
        bench.WorkArea.BeforeWrite = null;

        var upload = await bench.StartUploadAsync();

        Assert.Equal(3, (await bench.Server.ListUploadsAsync(bench.DestinationBucket)).Count);
        var adopted = Assert.Single(bench.Logged(2110));
        Assert.Equal("large", adopted["Item"]);
        Assert.DoesNotContain((string)adopted["UploadId"]!, new[] { foreign, longer });
        var step = await bench.CopyPartsAsync(upload);
        Assert.Equal(StepEnd.Finished, (await bench.CompleteAsync(upload, step.ChainState)).End);
        await bench.CleanUpAsync();
        Assert.Equal(new[] { foreign, longer }.Order(), (await bench.Server.ListUploadsAsync(bench.DestinationBucket)).Order());
    }

    [Fact]
    public async Task Cleaning_up_drops_an_upload_with_its_parts_and_may_be_done_twice()
    {
        using var bench = await Bench.CreateAsync(shared);
        await bench.PutAsync("large", Content.Random(13 * MiB, 7));
        await bench.FindAsync();
        var upload = await bench.StartUploadAsync();
        bench.Wire.Answer = request => IsPart(request, 2) ? throw new InvalidOperationException("killed") : null;
        await Assert.ThrowsAsync<InvalidOperationException>(() => bench.CopyPartsAsync(upload));
        bench.Wire.Answer = _ => null;
        Assert.Single(await bench.Server.ListUploadsAsync(bench.DestinationBucket));

        await bench.CleanUpAsync();
        await bench.CleanUpAsync();

        Assert.Empty(await bench.Server.ListUploadsAsync(bench.DestinationBucket));
        Assert.Empty(bench.WorkArea.Files);
        Assert.Empty(bench.Ledger.Outcomes(bench.Run.RunId));
        Assert.Equal("large", Assert.Single(bench.Logged(2111))["Item"]);
    }

    [Fact]
    public async Task An_upload_that_was_joined_without_our_having_heard_of_it_is_finished()
    {
        using var bench = await Bench.CreateAsync(shared);
        var content = Content.Random(13 * MiB, 8);
        await bench.PutAsync("large", content);
        await bench.FindAsync();
        var upload = await bench.StartUploadAsync();
        var step = await bench.CopyPartsAsync(upload);

        Assert.Equal(StepEnd.Finished, (await bench.CompleteAsync(upload, step.ChainState)).End);
        Assert.Equal(StepEnd.Finished, (await bench.CompleteAsync(upload, step.ChainState)).End);

        Assert.Equal(content, await bench.ReadCopyAsync("large"));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(ObjectCopier.HeldSize + 1)]
    [InlineData(13 * MiB)]
    public async Task A_byte_that_flips_once_on_the_way_out_is_noticed_and_the_object_arrives_intact(int size)
    {
        using var bench = await Bench.CreateAsync(shared);
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
        using var bench = await Bench.CreateAsync(shared);
        bench.Parameters["srcBucket"] = "there-is-no-such-bucket";

        var fault = await Assert.ThrowsAsync<Units.TransferFailedException>(() => bench.FindAsync());

        Assert.Contains("NoSuchBucket (404)", fault.Message, StringComparison.Ordinal);
    }

    static int[] Parts(params int[] sizes) => sizes;

    static bool IsPart(HttpRequestMessage request, int number) =>
        request.Method == HttpMethod.Put && request.RequestUri!.Query.Contains($"partNumber={number}", StringComparison.Ordinal);

    static void AssertAllCopied(Bench bench) => Assert.True(bench.Errors.Count == 0, string.Join(" ", bench.Errors));

    // By our own client: the SDK cannot send all of these keys.
    static async Task PutAsync(Bench bench, string key, byte[] content)
    {
        (bench.Parameters["srcBucket"], bench.Parameters["destBucket"]) = (bench.DestinationBucket, bench.SourceBucket);
        await (await bench.OpenAsync()).Destination.PutAsync(key, new MemoryContent(content), null, ObjectAttributes.None, Bench.Ct);
        (bench.Parameters["srcBucket"], bench.Parameters["destBucket"]) = (bench.SourceBucket, bench.DestinationBucket);
    }
}
