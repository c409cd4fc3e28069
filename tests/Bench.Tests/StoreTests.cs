using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using DataTransferHub.Bench.Objects;
using DataTransferHub.Bench.Store;

namespace DataTransferHub.Bench.Tests;

/// <summary>The store as a process, with Amazon's client and with the hub.</summary>
public sealed class StoreTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Listings_have_every_key_once_with_pages_prefixes_and_delimiters()
    {
        await using var store = await StoreProcess.StartAsync(new StoreOptions { Fills = [new Fill(2_500, 10)] }, Ct);
        var keys = (await store.ListAsync(StoreProcess.Bucket, pageSize: 7, cancellationToken: Ct)).Select(item => item.Key).ToList();
        Assert.Equal(2_500, keys.Count);
        Assert.Equal(keys.Order(StringComparer.Ordinal).Distinct(), keys);
        Assert.Equal(
            keys.Where(key => key.StartsWith("data/42/", StringComparison.Ordinal)),
            (await store.ListAsync(StoreProcess.Bucket, "data/42/", cancellationToken: Ct)).Select(item => item.Key));

        var request = new ListObjectsV2Request { BucketName = StoreProcess.Bucket, Prefix = "data/", Delimiter = "/", MaxKeys = 30 };
        var folders = new List<string>();
        ListObjectsV2Response page;
        do
        {
            page = await store.Client.ListObjectsV2Async(request, Ct);
            folders.AddRange(page.CommonPrefixes);
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
        Assert.Equal(Enumerable.Range(0, 100).Select(folder => $"data/{folder:00}/"), folders);

        var rest = await store.Client.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = StoreProcess.Bucket, StartAfter = keys[^3], Prefix = "data/" }, Ct);
        Assert.Equal(keys[^2..], rest.S3Objects.Select(item => item.Key));
    }

    [Fact]
    public async Task Generated_objects_have_the_MD5_of_their_content_and_can_be_read_in_ranges()
    {
        await using var store = await StoreProcess.StartAsync(new StoreOptions { Fills = [new Fill(3, 5 << 20)] }, Ct);
        using var whole = await store.Client.GetObjectAsync(StoreProcess.Bucket, "data/02/object-000002.bin", Ct);
        var content = await ReadAsync(whole);
        Assert.Equal($"\"{Convert.ToHexStringLower(MD5.HashData(content))}\"", whole.ETag);
        using var range = await store.Client.GetObjectAsync(
            new GetObjectRequest
            {
                BucketName = StoreProcess.Bucket,
                Key = "data/02/object-000002.bin",
                ByteRange = new ByteRange(4_000_000, 4_500_000),
            },
            Ct);
        Assert.Equal(content[4_000_000..4_500_001], await ReadAsync(range));
    }

    [Fact]
    public async Task An_upload_in_parts_becomes_an_object_with_the_ETag_of_its_parts()
    {
        await using var store = await StoreProcess.StartAsync(new StoreOptions(), Ct);
        var upload = (await store.Client.InitiateMultipartUploadAsync(StoreProcess.Bucket, "a b", Ct)).UploadId;
        byte[][] parts = [RandomNumberGenerator.GetBytes(5 << 20), RandomNumberGenerator.GetBytes(100)];
        var etags = new List<PartETag>();
        for (var number = 1; number <= parts.Length; number++)
        {
            var request = new UploadPartRequest
            {
                BucketName = StoreProcess.Bucket,
                Key = "a b",
                UploadId = upload,
                PartNumber = number,
                InputStream = new MemoryStream(parts[number - 1]),
                UseChunkEncoding = false,
            };
            etags.Add(new PartETag(number, (await store.Client.UploadPartAsync(request, Ct)).ETag));
        }

        var listed = await store.Client.ListPartsAsync(StoreProcess.Bucket, "a b", upload, Ct);
        Assert.Equal(parts.Select(part => (long?)part.Length), listed.Parts.Select(part => part.Size));
        var uploads = await store.Client.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = StoreProcess.Bucket, Prefix = "a " }, Ct);
        Assert.Equal(upload, Assert.Single(uploads.MultipartUploads).UploadId);

        var completed = await store.Client.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest { BucketName = StoreProcess.Bucket, Key = "a b", UploadId = upload, PartETags = etags }, Ct);
        var md5 = MD5.HashData([.. parts.SelectMany(MD5.HashData)]);
        Assert.Equal($"\"{Convert.ToHexStringLower(md5)}-2\"", completed.ETag);
        using var read = await store.Client.GetObjectAsync(StoreProcess.Bucket, "a b", Ct);
        Assert.Equal(parts[0].Concat(parts[1]), await ReadAsync(read));
        Assert.Equal(0, (await store.ReadContentsAsync(Ct)).Uploads);
    }

    [Fact]
    public async Task An_aborted_upload_and_a_deleted_object_leave_nothing()
    {
        await using var store = await StoreProcess.StartAsync(new StoreOptions { Fills = [new Fill(1, 10)] }, Ct);
        var upload = (await store.Client.InitiateMultipartUploadAsync(StoreProcess.Bucket, "key", Ct)).UploadId;
        await store.Client.AbortMultipartUploadAsync(StoreProcess.Bucket, "key", upload, Ct);
        await store.Client.DeleteObjectAsync(StoreProcess.Bucket, "data/00/object-000000.bin", Ct);
        var contents = await store.ReadContentsAsync(Ct);
        Assert.Equal((0, 0, 0), (contents.Objects, contents.Bytes, contents.Uploads));
    }

    [Fact]
    public async Task An_object_with_another_MD5_is_refused_and_not_stored()
    {
        await using var store = await StoreProcess.StartAsync(new StoreOptions { DropsBodies = true }, Ct);
        var request = new PutObjectRequest
        {
            BucketName = StoreProcess.Bucket,
            Key = "key",
            InputStream = new MemoryStream([1, 2, 3]),
            MD5Digest = Convert.ToBase64String(MD5.HashData([1, 2, 4])),
            UseChunkEncoding = false,
        };
        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(() => store.Client.PutObjectAsync(request, Ct));
        Assert.Equal("BadDigest", refused.ErrorCode);
        Assert.Equal(0, (await store.ReadContentsAsync(Ct)).Objects);
    }

    [Theory]
    [InlineData(200, 4_096, false)]
    [InlineData(1, 80 << 20, false)]
    [InlineData(1, 80 << 20, true)]
    public async Task The_hub_copies_all_objects_from_store_to_store(int count, long size, bool isInParts)
    {
        var workload = new Workload("test", "test", new Fill(count, size), [isInParts ? Hub.InParts : new Hub()])
        {
            MayBeInParts = isInParts,
        };
        await using var source = await StoreProcess.StartAsync(workload.Source, Ct);
        await using var destination = await StoreProcess.StartAsync(workload.Destination, Ct);
        await Assert.ThrowsAsync<InvalidOperationException>(() => workload.VerifyAsync(source, destination, Ct));
        await workload.Contestants[0].CopyAsync(source, destination, Ct);
        await workload.VerifyAsync(source, destination, Ct);
        Assert.Equal(count * size, (await destination.ReadCountsAsync(Ct)).ReceivedBytes);
    }

    static async Task<byte[]> ReadAsync(GetObjectResponse response)
    {
        using var content = new MemoryStream();
        await response.ResponseStream.CopyToAsync(content, Ct);
        return content.ToArray();
    }
}
