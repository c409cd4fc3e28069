using System.Net;
using System.Security.Cryptography;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using DataTransferHub.Servers.Faults;
using DataTransferHub.Servers.S3;
using DataTransferHub.Servers.S3.Memory;
using Xunit;

namespace DataTransferHub.EndToEnd.Tests;

/// <summary>The S3 server in memory: the AWS SDK works with it, and it refuses what Amazon refuses.</summary>
public sealed class MemoryS3Tests(SharedMemoryS3 shared)
{
    const int MiB = 1 << 20;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_sdk_writes_reads_lists_and_deletes()
    {
        var server = await shared.GetAsync();
        var bucket = await server.CreateBucketAsync();
        var request = new PutObjectRequest { BucketName = bucket, Key = "a b/数据+.txt", ContentBody = "text", UseChunkEncoding = false };
        request.Headers.CacheControl = "max-age=1";
        request.Metadata["note"] = "two  blanks";
        request.StorageClass = S3StorageClass.StandardInfrequentAccess;
        request.ServerSideEncryptionMethod = ServerSideEncryptionMethod.AES256;

        var written = await server.Client.PutObjectAsync(request, Ct);
        using var read = await server.Client.GetObjectAsync(bucket, request.Key, Ct);

        Assert.Equal("\"1cb251ec0d568de6a929b520c4aed8d1\"", written.ETag);
        Assert.Equal(
            (4, written.ETag, "max-age=1", "two  blanks"),
            (read.ContentLength, read.ETag, read.Headers.CacheControl, read.Metadata["note"]));
        Assert.Equal(
            (S3StorageClass.StandardInfrequentAccess, ServerSideEncryptionMethod.AES256),
            (read.StorageClass, read.ServerSideEncryptionMethod));
        Assert.Equal(request.Key, Assert.Single(await server.ListAsync(bucket, cancellationToken: Ct)).Key);
        await server.Client.DeleteObjectsAsync(
            new DeleteObjectsRequest { BucketName = bucket, Objects = [new KeyVersion { Key = request.Key }] }, Ct);
        Assert.Empty(await server.ListAsync(bucket, cancellationToken: Ct));
        await server.Client.DeleteBucketAsync(bucket, Ct);
        await RefusesAsync("NoSuchBucket", () => server.ListAsync(bucket, cancellationToken: Ct));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_sdk_sends_with_its_own_defaults(bool isChunked)
    {
        var server = await shared.GetAsync();
        var bucket = await server.CreateBucketAsync();
        using var client = new AmazonS3Client(
            server.AccessKey,
            server.SecretKey,
            new AmazonS3Config { ServiceURL = server.Url.ToString(), AuthenticationRegion = server.Region, ForcePathStyle = true });
        using var body = new MemoryStream(RandomNumberGenerator.GetBytes(200_000));

        await client.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = bucket,
                Key = "key",
                InputStream = body,
                UseChunkEncoding = isChunked,
                AutoCloseStream = false,
            },
            Ct);

        using var read = await client.GetObjectAsync(bucket, "key", Ct);
        using var copy = new MemoryStream();
        await read.ResponseStream.CopyToAsync(copy, Ct);
        Assert.Equal(body.ToArray(), copy.ToArray());
        Assert.NotNull(read.ChecksumCRC32 ?? read.ChecksumCRC64NVME);
    }

    [Fact]
    public async Task It_lists_in_the_order_of_utf8_bytes_by_pages_and_prefixes()
    {
        var server = await shared.GetAsync();
        var bucket = await server.CreateBucketAsync();
        string[] keys = ["a b/c", "a+b", "a.txt", "a/b", "a/c/d", "z", "数据/文件 1.txt", "\uFFFD", "😀"];
        foreach (var key in keys.Reverse())
            await server.PutAsync(bucket, key, [1]);

        Assert.Equal(keys, (await server.ListAsync(bucket, pageSize: 2, cancellationToken: Ct)).Select(item => item.Key));
        Assert.Equal(["a/b", "a/c/d"], (await server.ListAsync(bucket, "a/", cancellationToken: Ct)).Select(item => item.Key));
        var page = await server.Client.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = bucket, Delimiter = "/", StartAfter = "a b/", MaxKeys = 3 }, Ct);
        Assert.Equal((true, 3), (page.IsTruncated, page.KeyCount));
        Assert.Equal(["a+b", "a.txt"], page.S3Objects.Select(item => item.Key));
        Assert.Equal(["a/"], page.CommonPrefixes);
        page = await server.Client.ListObjectsV2Async(
            new ListObjectsV2Request
            {
                BucketName = bucket,
                Delimiter = "/",
                ContinuationToken = page.NextContinuationToken,
                Encoding = EncodingType.Url,
            },
            Ct);
        Assert.Equal(["z", "\uFFFD", "😀"], page.S3Objects.Select(item => WebUtility.UrlDecode(item.Key)));
        var first = await server.Client.ListObjectsAsync(new ListObjectsRequest { BucketName = bucket, Marker = "z", MaxKeys = 1 }, Ct);
        Assert.Equal((true, "数据/文件 1.txt"), (first.IsTruncated, Assert.Single(first.S3Objects).Key));
    }

    [Fact]
    public async Task Reads_are_of_ranges_parts_and_one_version()
    {
        var server = await shared.GetAsync();
        var bucket = await server.CreateBucketAsync();
        var content = RandomNumberGenerator.GetBytes(12 * MiB);
        var etag = await server.PutInPartsAsync(bucket, "key", content, 6 * MiB, 5 * MiB, MiB);

        Assert.EndsWith("-3\"", etag, StringComparison.Ordinal);
        var part = await server.Client.GetObjectMetadataAsync(
            new GetObjectMetadataRequest { BucketName = bucket, Key = "key", PartNumber = 2 }, Ct);
        Assert.Equal((5L * MiB, 3, etag), (part.ContentLength, part.PartsCount, part.ETag));
        using (var range = await server.Client.GetObjectAsync(
            new GetObjectRequest { BucketName = bucket, Key = "key", ByteRange = new(6 * MiB - 2, 6 * MiB + 1), EtagToMatch = etag }, Ct))
        {
            using var bytes = new MemoryStream();
            await range.ResponseStream.CopyToAsync(bytes, Ct);
            Assert.Equal(HttpStatusCode.PartialContent, range.HttpStatusCode);
            Assert.Equal($"bytes {6 * MiB - 2}-{6 * MiB + 1}/{12 * MiB}", range.ContentRange);
            Assert.Equal(content[(6 * MiB - 2)..(6 * MiB + 2)], bytes.ToArray());
        }

        Task Get(Action<GetObjectRequest> change)
        {
            var request = new GetObjectRequest { BucketName = bucket, Key = "key" };
            change(request);
            return server.Client.GetObjectAsync(request, Ct);
        }

        await RefusesAsync("PreconditionFailed", () => Get(request => request.EtagToMatch = "\"0\""));
        await RefusesAsync("InvalidRange", () => Get(request => request.ByteRange = new ByteRange(12 * MiB, 13 * MiB)));
        await RefusesAsync("InvalidPartNumber", () => Get(request => request.PartNumber = 4));
        await RefusesAsync("NoSuchKey", () => Get(request => request.Key = "other"));
        await RefusesAsync("NoSuchBucket", () => Get(request => request.BucketName = "no-such-bucket"));
        var unchanged = await Assert.ThrowsAsync<AmazonS3Exception>(() => Get(request => request.EtagToNotMatch = etag));
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Fact]
    public async Task Uploads_are_joined_only_from_parts_that_are_there_large_enough_and_in_order()
    {
        var server = await shared.GetAsync();
        var bucket = await server.CreateBucketAsync();
        var id = (await server.Client.InitiateMultipartUploadAsync(bucket, "key", Ct)).UploadId;
        var one = await PutPartAsync(1, 5 * MiB);
        var two = await PutPartAsync(2, 1000);
        var three = await PutPartAsync(3, 1000);

        await RefusesAsync("InvalidPartOrder", () => CompleteAsync(two, one));
        await RefusesAsync("InvalidPartOrder", () => CompleteAsync(one, one));
        await RefusesAsync("EntityTooSmall", () => CompleteAsync(one, two, three));
        await RefusesAsync("InvalidPart", () => CompleteAsync(one, new PartETag(2, one.ETag)));
        await RefusesAsync("InvalidPart", () => CompleteAsync(one, new PartETag(4, one.ETag)));
        await RefusesAsync("InvalidArgument", () => PutPartAsync(10_001, 1));
        await RefusesAsync("InvalidArgument", () => PutPartAsync(0, 1));
        var listed = await server.Client.ListPartsAsync(
            new ListPartsRequest { BucketName = bucket, Key = "key", UploadId = id, PartNumberMarker = "1", MaxParts = 1 }, Ct);
        Assert.Equal((2, two.ETag, true), (Assert.Single(listed.Parts).PartNumber, listed.Parts[0].ETag, listed.IsTruncated));
        Assert.Equal([id], await server.ListUploadsAsync(bucket));
        await CompleteAsync(one, three);
        Assert.Equal(5 * MiB + 1000, (await server.GetAsync(bucket, "key")).Length);
        await RefusesAsync("NoSuchUpload", () => CompleteAsync(one, three));
        await RefusesAsync("NoSuchUpload", () => PutPartAsync(1, 1));
        id = (await server.Client.InitiateMultipartUploadAsync(bucket, "other", Ct)).UploadId;
        await server.Client.AbortMultipartUploadAsync(bucket, "other", id, Ct);
        await RefusesAsync("NoSuchUpload", () => server.Client.AbortMultipartUploadAsync(bucket, "other", id, Ct));
        Assert.Empty(await server.ListUploadsAsync(bucket));

        async Task<PartETag> PutPartAsync(int number, int size)
        {
            using var body = new MemoryStream(RandomNumberGenerator.GetBytes(size));
            var request = new UploadPartRequest
            {
                BucketName = bucket,
                Key = "key",
                UploadId = id,
                PartNumber = number,
                InputStream = body,
                UseChunkEncoding = false,
            };
            return new PartETag(number, (await server.Client.UploadPartAsync(request, Ct)).ETag);
        }

        Task CompleteAsync(params PartETag[] parts)
        {
            // The SDK sorts parts, and refuses numbers that are there twice.
            var xml = string.Concat(
                parts.Select(part => $"<Part><PartNumber>{part.PartNumber}</PartNumber><ETag>{part.ETag}</ETag></Part>"));
            return new SignedRequest(server, HttpMethod.Post, $"{bucket}/key", $"uploadId={id}")
                .SendAsync(Encoding.UTF8.GetBytes($"<CompleteMultipartUpload>{xml}</CompleteMultipartUpload>"));
        }
    }

    public static readonly TheoryData<string, string, string> WrongHeaders = new()
    {
        { "Content-MD5", "", "InvalidDigest" },
        { "Content-MD5", "bm90IGFuIE1ENQ==", "InvalidDigest" },
        { "Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==", "BadDigest" },
        { "x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "XAmzContentSHA256Mismatch" },
        { "x-amz-content-sha256", "nonsense", "InvalidArgument" },
        { "x-amz-checksum-crc32", "AAAAAA==", "BadDigest" },
        { "x-amz-checksum-crc32c", "AAAAAA==", "BadDigest" },
        { "x-amz-checksum-crc64nvme", "AAAAAAAAAAA=", "BadDigest" },
        { "x-amz-checksum-sha1", "2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "BadDigest" },
        { "x-amz-checksum-sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "BadDigest" },
        { "x-amz-checksum-crc32", "AAAAAAAAAAA=", "InvalidRequest" },
        { "x-amz-sdk-checksum-algorithm", "CRC32", "InvalidRequest" },
        { "x-amz-storage-class", "WARM", "InvalidStorageClass" },
        { "x-amz-acl", "everybody", "InvalidArgument" },
        { "x-amz-server-side-encryption", "rot13", "InvalidArgument" },
        { "x-amz-copy-source", "other/key", "NotImplemented" },
        { "If-None-Match", "*", "PreconditionFailed" },
    };

    [Theory]
    [MemberData(nameof(WrongHeaders))]
    public async Task A_write_whose_headers_are_wrong_is_refused_and_stores_nothing(string name, string value, string code)
    {
        var server = await shared.GetAsync();
        var bucket = await server.CreateBucketAsync();
        await server.PutAsync(bucket, "key", [1]);

        var request = new SignedRequest(server, HttpMethod.Put, $"{bucket}/key") { Headers = { [name] = value } };

        await RefusesAsync(code, () => request.SendAsync("123456789"u8.ToArray()));
        Assert.Equal([1], await server.GetAsync(bucket, "key"));
    }

    [Theory]
    [InlineData("Content-MD5", "JfnnlDI7RTiF9RgfG2JNCw==")]
    [InlineData("x-amz-content-sha256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225")]
    [InlineData("x-amz-checksum-crc32", "y/Q5Jg==")]
    [InlineData("x-amz-checksum-crc32c", "4waSgw==")]
    [InlineData("x-amz-checksum-crc64nvme", "rosUhgp5mIg=")]
    [InlineData("x-amz-checksum-sha1", "98O8HYCOBHMq32eZZczDTKeuNEE=")]
    [InlineData("x-amz-checksum-sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=")]
    public async Task A_write_whose_digest_is_right_is_stored(string name, string value)
    {
        var server = await shared.GetAsync();
        var bucket = await server.CreateBucketAsync();

        await new SignedRequest(server, HttpMethod.Put, $"{bucket}/key") { Headers = { [name] = value } }
            .SendAsync("123456789"u8.ToArray());

        Assert.Equal("123456789"u8.ToArray(), await server.GetAsync(bucket, "key"));
    }

    [Fact]
    public async Task A_body_without_a_length_is_refused()
    {
        var server = await shared.GetAsync();
        var bucket = await server.CreateBucketAsync();

        await RefusesAsync(
            "MissingContentLength", () => new SignedRequest(server, HttpMethod.Put, $"{bucket}/key") { HidesLength = true }.SendAsync([1]));
    }

    [Fact]
    public async Task A_key_of_1024_bytes_is_taken_and_one_of_1025_is_not()
    {
        var server = await shared.GetAsync();
        var bucket = await server.CreateBucketAsync();
        var key = string.Concat(Enumerable.Repeat("长", 341)) + "x";

        await server.PutAsync(bucket, key, [1]);

        Assert.Equal(key, Assert.Single(await server.ListAsync(bucket, cancellationToken: Ct)).Key);
        await RefusesAsync("KeyTooLongError", () => server.PutAsync(bucket, key + "y", [1]));
    }

    [Fact]
    public async Task Signatures_keys_and_times_are_checked()
    {
        var server = await shared.GetAsync();
        var bucket = await server.CreateBucketAsync();
        await RefusesAsync("InvalidAccessKeyId", () => Request() with { AccessKey = "OTHER" });
        await RefusesAsync("SignatureDoesNotMatch", () => Request() with { SecretKey = "other" });
        await RefusesAsync("AuthorizationHeaderMalformed", () => Request() with { Region = "eu-west-3" });
        await RefusesAsync("RequestTimeTooSkewed", () => Request() with { Now = DateTimeOffset.UtcNow.AddMinutes(-16) });
        await RefusesAsync("AccessDenied", () => Request() with { IsAnonymous = true });
        await RefusesAsync("AccessDenied", () => Request() with { AddedLater = ("x-amz-meta-added", "later") });
        await RefusesAsync("SignatureDoesNotMatch", () => Request() with { Query = "prefix=b", SentQuery = "prefix=a" });

        SignedRequest Request() => new(server, HttpMethod.Get, bucket);
        static Task RefusesAsync(string code, Func<SignedRequest> request) =>
            MemoryS3Tests.RefusesAsync(code, () => request().SendAsync(null));
    }

    [Fact]
    public async Task A_server_whose_clock_is_wrong_refuses_what_is_signed_now()
    {
        await using var server = await MemoryS3Server.StartAsync(new ShiftedTime(TimeSpan.FromHours(1)), cancellationToken: Ct);

        await RefusesAsync("RequestTimeTooSkewed", () => new SignedRequest(server, HttpMethod.Get, "").SendAsync(null));
    }

    [Fact]
    public async Task With_keys_of_kms_etags_are_no_md5s()
    {
        var server = await shared.GetAsync();
        var bucket = await server.CreateBucketAsync();
        server.QuirksOf(bucket).Encryption = "aws:kms";
        using var body = new MemoryStream([1]);

        var written = await server.Client.PutObjectAsync(
            new PutObjectRequest { BucketName = bucket, Key = "a", InputStream = body, UseChunkEncoding = false }, Ct);
        var composite = await server.PutInPartsAsync(bucket, "b", [1], 1);

        Assert.Equal(ServerSideEncryptionMethod.AWSKMS, written.ServerSideEncryptionMethod);
        Assert.Matches("^\"[0-9a-f]{32}\"$", written.ETag);
        Assert.NotEqual("\"55a54008ad1ba589aa210d2629c1df41\"", written.ETag);
        Assert.Matches("^\"[0-9a-f]{32}-1\"$", composite);
        Assert.Equal([written.ETag, composite], (await server.ListAsync(bucket, cancellationToken: Ct)).Select(item => item.ETag));
    }

    [Fact]
    public async Task An_old_store_lists_in_the_first_version_alone()
    {
        var server = await shared.GetAsync();
        var bucket = await server.CreateBucketAsync();
        foreach (var key in new[] { "a", "b", "c" })
            await server.PutAsync(bucket, key, [1]);
        var second = new ListObjectsV2Request { BucketName = bucket, StartAfter = "a", MaxKeys = 2 };

        server.QuirksOf(bucket).Listings = ListingVersions.FirstIgnoringSecond;
        var ignoring = await server.Client.ListObjectsV2Async(second, Ct);
        server.QuirksOf(bucket).Listings = ListingVersions.FirstRefusingSecond;

        Assert.Equal((true, null), (ignoring.IsTruncated, ignoring.NextContinuationToken));
        Assert.Equal(["a", "b"], ignoring.S3Objects.Select(item => item.Key));
        await RefusesAsync("NotImplemented", () => server.Client.ListObjectsV2Async(second, Ct));
        var first = await server.Client.ListObjectsAsync(new ListObjectsRequest { BucketName = bucket, Marker = "a" }, Ct);
        Assert.Equal(["b", "c"], first.S3Objects.Select(item => item.Key));
    }

    [Fact]
    public async Task Empty_pages_are_truncated_and_lead_on_to_all_keys()
    {
        var server = await shared.GetAsync();
        var bucket = await server.CreateBucketAsync();
        foreach (var key in new[] { "a", "b", "c" })
            await server.PutAsync(bucket, key, [1]);
        server.QuirksOf(bucket).EmptyPages = 1;

        var page = await server.Client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket, StartAfter = "a" }, Ct);
        var first = await server.Client.ListObjectsAsync(new ListObjectsRequest { BucketName = bucket, Marker = "a" }, Ct);

        Assert.Equal((true, 0, true), (page.IsTruncated, page.KeyCount, page.NextContinuationToken.Length > 0));
        Assert.Equal(["a", "b", "c"], (await server.ListAsync(bucket, pageSize: 2, cancellationToken: Ct)).Select(item => item.Key));
        Assert.Empty(first.S3Objects ?? []);
        first = await server.Client.ListObjectsAsync(new ListObjectsRequest { BucketName = bucket, Marker = first.NextMarker }, Ct);
        Assert.Equal(["b", "c"], first.S3Objects.Select(item => item.Key));
    }

    [Fact]
    public async Task Lengths_can_be_missing()
    {
        var server = await shared.GetAsync();
        var bucket = await server.CreateBucketAsync();
        await server.PutAsync(bucket, "key", [1, 2, 3]);
        server.QuirksOf(bucket).HidesLengths = true;

        var (length, body) = await new SignedRequest(server, HttpMethod.Get, $"{bucket}/key").SendAsync(null);

        Assert.Null(length);
        Assert.Equal([1, 2, 3], body);
    }

    [Fact]
    public async Task A_lenient_store_takes_wrong_digests_and_a_damaging_one_changes_what_it_stores()
    {
        var server = await shared.GetAsync();
        var bucket = await server.CreateBucketAsync();
        server.QuirksOf(bucket).IgnoresDigests = true;
        server.QuirksOf(bucket).Damages = call => call.Key == "damaged";

        foreach (var key in new[] { "damaged", "sound" })
            await new SignedRequest(server, HttpMethod.Put, $"{bucket}/{key}") { Headers = { ["Content-MD5"] = "" } }.SendAsync([1, 2, 3]);

        Assert.Equal([1, 3, 3], await server.GetAsync(bucket, "damaged"));
        Assert.Equal([1, 2, 3], await server.GetAsync(bucket, "sound"));
        Assert.Equal(
            new byte[][] { [1, 3, 3], [1, 2, 3] }.Select(content => $"\"{Convert.ToHexStringLower(MD5.HashData(content))}\""),
            (await server.ListAsync(bucket, cancellationToken: Ct)).Select(item => item.ETag));
    }

    [Fact]
    public async Task Reads_of_parts_can_be_ignored_or_refused()
    {
        var server = await shared.GetAsync();
        var bucket = await server.CreateBucketAsync();
        await server.PutInPartsAsync(bucket, "key", new byte[6 * MiB], 5 * MiB, MiB);
        var request = new GetObjectRequest { BucketName = bucket, Key = "key", PartNumber = 1 };

        server.QuirksOf(bucket).PartReads = PartReads.Ignored;
        using (var whole = await server.Client.GetObjectAsync(request, Ct))
            Assert.Equal((HttpStatusCode.OK, 6L * MiB, null), (whole.HttpStatusCode, whole.ContentLength, whole.PartsCount));
        server.QuirksOf(bucket).PartReads = PartReads.Refused;

        await RefusesAsync("NotImplemented", () => server.Client.GetObjectAsync(request, Ct));
    }

    [Fact]
    public async Task A_script_answers_holds_cuts_and_drops_requests_which_are_counted()
    {
        await using var server = await MemoryS3Server.StartAsync(cancellationToken: Ct);
        var bucket = await server.CreateBucketAsync();
        await server.PutAsync(bucket, "key", new byte[100_000]);
        var quirks = server.QuirksOf(bucket);
        var get = new SignedRequest(server, HttpMethod.Get, $"{bucket}/key");
        var put = new SignedRequest(server, HttpMethod.Put, $"{bucket}/new");
        server.ResetCounts();

        quirks.Script = _ => new Fault.Answer(503, "SlowDown", RetryAfter: 7);
        await RefusesAsync("SlowDown", () => get.SendAsync(null));
        quirks.Script = _ => new Fault.CutBody(1000);
        await Assert.ThrowsAnyAsync<Exception>(() => get.SendAsync(null));
        quirks.Script = _ => new Fault.Drop();
        await Assert.ThrowsAsync<HttpRequestException>(() => put.SendAsync([1]));
        quirks.Script = _ => null;
        await RefusesAsync("NoSuchKey", () => server.GetAsync(bucket, "new"));
        quirks.Script = call => call.Kind == RequestKind.PutObject ? new Fault.DropAnswer() : null;
        await Assert.ThrowsAsync<HttpRequestException>(() => put.SendAsync([1]));
        Assert.Equal([1], await server.GetAsync(bucket, "new"));
        var release = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        quirks.Script = _ =>
        {
            arrived.SetResult();
            return new Fault.Hold(release.Task);
        };
        var held = get.SendAsync(null);
        await arrived.Task.WaitAsync(TimeSpan.FromMinutes(1), Ct);
        Assert.False(held.IsCompleted);
        release.SetResult();

        Assert.Equal(100_000, (await held).Body.Length);
        Assert.Equal((5, 2), (server.Count(RequestKind.GetObject), server.Count(RequestKind.PutObject)));
    }

    internal static async Task RefusesAsync(string code, Func<Task> request) =>
        Assert.Equal(code, (await Assert.ThrowsAnyAsync<AmazonS3Exception>(request)).ErrorCode);

    sealed class ShiftedTime(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;
    }
}
