using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace DataTransferHub.Servers.S3;

/// <summary>An S3 server on 127.0.0.1, ready to be used. Tests share one and keep apart by their buckets.</summary>
public abstract class S3Server : IAsyncDisposable
{
    // S3 allows 63 characters.
    const int MaximumBucketName = 50;

    static int _bucketNumber;

    private protected S3Server(int port, string accessKey, string secretKey)
    {
        Url = new Uri($"http://127.0.0.1:{port}");
        AccessKey = accessKey;
        SecretKey = secretKey;
        Client = CreateClient();
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>The region it calls itself.</summary>
    public string Region => "us-east-1";

    /// <summary>An access key it takes.</summary>
    public string AccessKey { get; }

    /// <summary>The access key's secret.</summary>
    public string SecretKey { get; }

    /// <summary>The keys in the form in which the hub keeps them as a secret.</summary>
    public string SecretJson => $$"""{"access_key_id": "{{AccessKey}}", "secret_access_key": "{{SecretKey}}"}""";

    /// <summary>A client straight to the server.</summary>
    public AmazonS3Client Client { get; }

    /// <summary>A client, optionally by way of a proxy. The caller disposes it.</summary>
    public AmazonS3Client CreateClient(Uri? via = null) => new(
        new BasicAWSCredentials(AccessKey, SecretKey),
        new AmazonS3Config
        {
            ServiceURL = (via ?? Url).ToString(),
            AuthenticationRegion = Region,
            ForcePathStyle = true,
            // The servers know no trailing checksums.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });

    /// <summary>Creates a bucket of a name that nobody else uses.</summary>
    public async Task<string> CreateBucketAsync(string hint = "bucket")
    {
        var unique = $"{hint}-{Environment.ProcessId}-{Interlocked.Increment(ref _bucketNumber)}-{Guid.NewGuid():N}";
        var name = unique[..Math.Min(MaximumBucketName, unique.Length)].TrimEnd('-');
        await Client.PutBucketAsync(name).ConfigureAwait(false);
        return name;
    }

    /// <summary>Writes an object.</summary>
    public async Task PutAsync(string bucket, string key, byte[] content)
    {
        using var body = new MemoryStream(content);
        await Client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = key, InputStream = body, UseChunkEncoding = false })
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Writes an object as a multipart upload in parts of these sizes, which add up to the content, and returns its ETag.
    /// </summary>
    public async Task<string> PutInPartsAsync(string bucket, string key, byte[] content, params int[] partSizes)
    {
        if (partSizes.Sum() != content.Length)
            throw new ArgumentException($"The parts have {partSizes.Sum()} bytes in all, the content {content.Length}.", nameof(partSizes));

        var id = (await Client.InitiateMultipartUploadAsync(bucket, key).ConfigureAwait(false)).UploadId;
        var parts = new List<PartETag>();
        var from = 0;
        foreach (var size in partSizes)
        {
            using var body = new MemoryStream(content, from, size);
            var part = new UploadPartRequest
            {
                BucketName = bucket,
                Key = key,
                UploadId = id,
                PartNumber = parts.Count + 1,
                InputStream = body,
                UseChunkEncoding = false,
            };
            parts.Add(new PartETag(parts.Count + 1, (await Client.UploadPartAsync(part).ConfigureAwait(false)).ETag));
            from += size;
        }

        var end = new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = id, PartETags = parts };
        return (await Client.CompleteMultipartUploadAsync(end).ConfigureAwait(false)).ETag;
    }

    /// <summary>Ids of the bucket's unfinished uploads, at most a page of them.</summary>
    public async Task<IReadOnlyList<string>> ListUploadsAsync(string bucket)
    {
        var page = await Client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = bucket }).ConfigureAwait(false);
        return [.. (page.MultipartUploads ?? []).Select(upload => upload.UploadId)];
    }

    /// <summary>Reads an object whole.</summary>
    public async Task<byte[]> GetAsync(string bucket, string key)
    {
        using var response = await Client.GetObjectAsync(bucket, key).ConfigureAwait(false);
        using var content = new MemoryStream();
        await response.ResponseStream.CopyToAsync(content).ConfigureAwait(false);
        return content.ToArray();
    }

    /// <summary>Lists all objects in the order in which the server gives them.</summary>
    public async Task<IReadOnlyList<S3Object>> ListAsync(string bucket, string prefix = "", int pageSize = 1000)
    {
        var objects = new List<S3Object>();
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix, MaxKeys = pageSize };
        ListObjectsV2Response page;
        do
        {
            page = await Client.ListObjectsV2Async(request).ConfigureAwait(false);
            objects.AddRange(page.S3Objects ?? []);
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
        return objects;
    }

    /// <summary>SHA-256 of every object's content by key, read <paramref name="parallel"/> at once.</summary>
    public async Task<SortedDictionary<string, string>> HashAllAsync(string bucket, string prefix = "", int parallel = 8)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallel };
        await Parallel.ForEachAsync(await ListAsync(bucket, prefix).ConfigureAwait(false), options, async (item, cancellationToken) =>
        {
            using var response = await Client.GetObjectAsync(bucket, item.Key, cancellationToken).ConfigureAwait(false);
            var hash = Convert.ToHexStringLower(
                await SHA256.HashDataAsync(response.ResponseStream, cancellationToken).ConfigureAwait(false));
            lock (hashes)
                hashes[item.Key] = hash;
        }).ConfigureAwait(false);
        return hashes;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Client.Dispose();
        await StopAsync().ConfigureAwait(false);
    }

    /// <summary>Ends the server and everything it left on the machine.</summary>
    private protected abstract ValueTask StopAsync();
}
