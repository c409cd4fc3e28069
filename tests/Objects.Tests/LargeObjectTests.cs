using Amazon.S3.Model;
using DataTransferHub.Objects.LargeObjects;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.S3;

namespace DataTransferHub.Objects.Tests;

public sealed class LargeObjectTests(SharedMoto moto)
{
    const int MiB = 1 << 20;

    [Fact]
    public async Task A_large_object_is_copied_in_parts_whose_composite_is_the_etag()
    {
        using var bench = await Bench.CreateAsync(moto);
        var content = Content.Random(13 * MiB + 7, 1);
        await bench.PutAsync("large", content);

        Assert.Equal(new(1, 0, 0, content.Length), await bench.TransferAsync());

        Assert.Equal(content, await bench.ReadCopyAsync("large"));
        Assert.EndsWith("-3\"", Assert.Single(await bench.ListCopiesAsync()).ETag, StringComparison.Ordinal);
        var outcome = Assert.Single(bench.Ledger.Outcomes("task-r1"));
        Assert.Equal((1, content.Length), (outcome.Copied, outcome.BytesCopied));
    }

    [Fact]
    public async Task A_composite_object_gets_the_same_etag_with_the_boundaries_of_its_source()
    {
        using var bench = await Bench.CreateAsync(moto);
        var content = Content.Random(17 * MiB, 2);
        var etag = await UploadInPartsAsync(bench, "composite", content, 6 * MiB);

        Assert.Equal(1, (await bench.TransferAsync()).Copied);

        Assert.Equal(etag, Assert.Single(await bench.ListCopiesAsync()).ETag);
        Assert.Equal(0, (await bench.FindAsync(1)).Units + (await bench.FindAsync(1)).LargeUnits);
    }

    [Theory]
    [InlineData(10, 8, 9)] // as many parts of the first one's size would hold it
    [InlineData(6, 7, 5, 6)] // first and last part fit parts of one size
    public async Task A_source_in_uneven_parts_is_copied_with_its_boundaries(params int[] mebibytes)
    {
        using var bench = await Bench.CreateAsync(moto);
        var content = Content.Random(mebibytes.Sum() * MiB, mebibytes[0]);
        var etag = await UploadInPartsAsync(bench, "uneven", content, mebibytes.Select(part => part * MiB));

        var result = await bench.TransferAsync();

        Assert.Empty(bench.Errors);
        Assert.Equal(1, result.Copied);
        Assert.Equal(content, await bench.ReadCopyAsync("uneven"));
        Assert.Equal(etag, Assert.Single(await bench.ListCopiesAsync()).ETag);
    }

    [Fact]
    public async Task No_part_and_no_object_carries_an_empty_content_md5()
    {
        using var bench = await Bench.CreateAsync(moto);
        await bench.PutAsync("parts", Content.Random(13 * MiB, 20));
        await UploadInPartsAsync(bench, "composite", Content.Random(11 * MiB, 21), 6 * MiB);
        var wrong = new List<string>();
        bench.Wire.Answer = request =>
        {
            if (request.Content?.Headers.NonValidated.TryGetValues("content-md5", out var md5) == true
                && Convert.FromBase64String(md5.ToString()).Length != 16)
                wrong.Add(request.RequestUri!.PathAndQuery);
            return null;
        };

        Assert.Equal(2, (await bench.TransferAsync()).Copied);

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Two_executions_that_start_an_upload_at_once_leave_one_that_is_complete_and_none_behind()
    {
        using var bench = await Bench.CreateAsync(moto);
        var content = Content.Random(13 * MiB, 22);
        await bench.PutAsync("large", content);
        await bench.FindAsync();
        var request = new UploadRequest(bench.Run, Assert.Single(bench.LargeUnits), 0);
        // The second execution begins while the first has its upload, but has not written it down.
        UploadStart? second = null;
        bench.WorkArea.BeforeWrite = path =>
        {
            if (!path.Contains("/plan-", StringComparison.Ordinal))
                return;
            bench.WorkArea.BeforeWrite = null;
            second = bench.StartUploadAsync(request).GetAwaiter().GetResult();
        };

        var first = await bench.StartUploadAsync(request);

        Assert.NotEqual(first.Plan, second!.Plan);
        foreach (var start in new[] { first, second })
        {
            var upload = request with { Plan = start.Plan };
            var step = await bench.CopyPartsAsync(upload);
            if (start == first)
                Assert.Equal(StepEnd.Finished, (await bench.CompleteAsync(upload, step.ChainState)).End);
        }

        Assert.Equal(content, await bench.ReadCopyAsync("large"));
        await bench.CleanUpAsync();
        Assert.Equal(0, await CountUploadsAsync(bench));
    }

    [Fact]
    public async Task A_wrong_part_that_is_already_there_is_sent_again()
    {
        using var bench = await Bench.CreateAsync(moto);
        var content = Content.Random(13 * MiB, 4);
        await bench.PutAsync("large", content);
        await bench.FindAsync();
        var upload = await bench.StartUploadAsync();
        var uploads = await bench.Server.Client.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = bench.DestinationBucket }, Bench.Ct);
        using (var wrong = new MemoryStream(Content.Random(5 * MiB, 5)))
        {
            await bench.Server.Client.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = bench.DestinationBucket,
                    Key = "large",
                    UploadId = uploads.MultipartUploads[0].UploadId,
                    PartNumber = 1,
                    InputStream = wrong,
                    UseChunkEncoding = false,
                },
                Bench.Ct);
        }

        var step = await bench.CopyPartsAsync(upload);

        Assert.Equal(StepEnd.Finished, (await bench.CompleteAsync(upload, step.ChainState)).End);
        Assert.Equal(content, await bench.ReadCopyAsync("large"));
    }

    [Fact]
    public async Task What_an_earlier_run_left_behind_is_cleaned_up_with_the_next_one()
    {
        using var bench = await Bench.CreateAsync(moto);
        await bench.PutAsync("large", Content.Random(13 * MiB, 23));
        await bench.FindAsync();
        await bench.StartUploadAsync();
        // The clean-up of the first run cannot reach the destination.
        bench.Wire.Answer = request =>
            request.Method == HttpMethod.Delete ? ScriptedWire.Error(System.Net.HttpStatusCode.Forbidden, "AccessDenied") : null;
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => bench.CleanUpAsync());
        Assert.Contains("AccessDenied", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, await CountUploadsAsync(bench));
        Assert.Equal("large", Assert.Single(bench.Leftovers.Of(bench.Run.RunId)).Item);
        Assert.All(bench.WorkArea.Files.Keys, file => Assert.Contains("/uploads/", file, StringComparison.Ordinal));
        bench.Wire.Answer = _ => null;

        await bench.CleanUpAsync(bench.Run with { RunId = "task-r2" });

        Assert.Equal(0, await CountUploadsAsync(bench));
        Assert.Empty(bench.WorkArea.Files);
        Assert.Empty(bench.Leftovers.Of(bench.Run.RunId));
    }

    [Fact]
    public async Task What_a_run_with_wrong_keys_left_behind_is_removed_by_the_run_twenty_five_runs_later_with_the_right_ones()
    {
        using var bench = await Bench.CreateAsync(moto);
        await bench.PutAsync("large", Content.Random(13 * MiB, 23));
        await bench.FindAsync();
        await bench.StartUploadAsync();
        await bench.Vault.DeleteAsync("keys", Bench.Ct);
        await Assert.ThrowsAsync<InvalidOperationException>(() => bench.CleanUpAsync());
        bench.Vault["keys"] = bench.Server.SecretJson;

        await bench.CleanUpAsync(bench.Run with { RunId = "task-r26" });

        Assert.Equal(0, await CountUploadsAsync(bench));
        Assert.Empty(bench.WorkArea.Files);
    }

    [Fact]
    public async Task Without_a_right_to_abort_or_to_list_uploads_and_parts_an_object_is_copied()
    {
        using var bench = await Bench.CreateAsync(moto);
        var content = Content.Random(13 * MiB, 25);
        await bench.PutAsync("large", content);
        bench.Wire.Answer = request => request.Method == HttpMethod.Delete || request.Method == HttpMethod.Get
            && request.RequestUri!.Query is var query
            && (query.Contains("uploads", StringComparison.Ordinal) || query.Contains("uploadId", StringComparison.Ordinal))
                ? ScriptedWire.Error(System.Net.HttpStatusCode.Forbidden, "AccessDenied") : null;

        Assert.Equal(1, (await bench.TransferAsync()).Copied);

        Assert.Equal(content, await bench.ReadCopyAsync("large"));
    }

    [Fact]
    public async Task An_upload_that_cannot_be_dropped_is_left_to_the_clean_up_and_ends_its_object_alone()
    {
        using var bench = await Bench.CreateAsync(moto, options => options.MaximumAttempts = 1);
        await bench.PutAsync("large", Content.Random(13 * MiB, 24));
        bench.Wire.Answer = request =>
            request.Method == HttpMethod.Delete || request.RequestUri!.Query.Contains("partNumber=2", StringComparison.Ordinal)
            ? ScriptedWire.Error(System.Net.HttpStatusCode.Forbidden, "AccessDenied", "not now") : null;

        Assert.Equal(new(0, 1, 0, 0), await bench.TransferAsync());

        Assert.Contains("not now", Assert.Single(bench.Errors), StringComparison.Ordinal);
        Assert.Contains("not now", (string)Assert.Single(bench.Logged(2112))["Fault"]!, StringComparison.Ordinal);
        bench.Wire.Answer = _ => null;
        await bench.CleanUpAsync();
        Assert.Equal(0, await CountUploadsAsync(bench));
    }

    [Fact]
    public async Task A_source_that_changes_between_parts_is_copied_in_its_new_version()
    {
        using var bench = await Bench.CreateAsync(moto);
        await bench.PutAsync("large", Content.Random(13 * MiB, 9));
        var changed = Content.Random(14 * MiB, 10);
        var isChanged = false;
        bench.Wire.Answer = request =>
        {
            if (isChanged || request.Method != HttpMethod.Put
                || !request.RequestUri!.Query.Contains("partNumber=2", StringComparison.Ordinal))
                return null;
            isChanged = true;
            bench.PutAsync("large", changed).GetAwaiter().GetResult();
            return null;
        };

        var result = await bench.TransferAsync();

        Assert.True(bench.Errors.Count == 0, string.Join(" ", bench.Errors));
        Assert.Equal(1, result.Copied);
        Assert.Equal(changed, await bench.ReadCopyAsync("large"));
        Assert.Equal(0, await CountUploadsAsync(bench));
    }

    [Fact]
    public async Task A_source_that_is_gone_meanwhile_has_vanished()
    {
        using var bench = await Bench.CreateAsync(moto);
        await bench.PutAsync("large", Content.Random(13 * MiB, 11));
        await bench.FindAsync();
        await bench.StartUploadAsync();
        await bench.Server.Client.DeleteObjectAsync(bench.SourceBucket, "large", Bench.Ct);

        Assert.Equal(new(0, 0, 1, 0), await bench.CopyLargeAsync(Assert.Single(bench.LargeUnits)));

        Assert.Equal(0, await CountUploadsAsync(bench));
    }

    static async Task<int> CountUploadsAsync(Bench bench) =>
        (await bench.Server.Client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = bench.DestinationBucket },
            Bench.Ct))
        .MultipartUploads?.Count ?? 0;

    internal static Task<string> UploadInPartsAsync(Bench bench, string key, byte[] content, int partSize) =>
        UploadInPartsAsync(bench, key, content, content.Chunk(partSize).Select(part => part.Length));

    internal static async Task<string> UploadInPartsAsync(Bench bench, string key, byte[] content, IEnumerable<int> partSizes)
    {
        var client = bench.Server.Client;
        var id = (await client.InitiateMultipartUploadAsync(bench.SourceBucket, key, Bench.Ct)).UploadId;
        var parts = new List<PartETag>();
        var from = 0;
        foreach (var partSize in partSizes)
        {
            using var part = new MemoryStream(content, from, partSize);
            from += partSize;
            var uploaded = await client.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = bench.SourceBucket,
                    Key = key,
                    UploadId = id,
                    PartNumber = parts.Count + 1,
                    InputStream = part,
                    UseChunkEncoding = false,
                },
                Bench.Ct);
            parts.Add(new PartETag(parts.Count + 1, uploaded.ETag));
        }

        var request = new CompleteMultipartUploadRequest { BucketName = bench.SourceBucket, Key = key, UploadId = id, PartETags = parts };
        return (await client.CompleteMultipartUploadAsync(request, Bench.Ct)).ETag;
    }
}
