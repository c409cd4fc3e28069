using Amazon.S3.Model;
using DataTransferHub.Cli.S3;

namespace DataTransferHub.Servers.S3;

/// <summary>What tests put on a server and read from it. They share a server and keep apart by their buckets.</summary>
public static class ServerContents
{
    // S3 allows 63 characters.
    const int MaximumBucketName = 50;

    static int _bucketNumber;

    /// <summary>Creates a bucket of a name that nobody else uses.</summary>
    public static async Task<string> CreateBucketAsync(this S3Server server, string hint = "bucket")
    {
        var unique = $"{hint}-{Environment.ProcessId}-{Interlocked.Increment(ref _bucketNumber)}-{Guid.NewGuid():N}";
        var name = unique[..Math.Min(MaximumBucketName, unique.Length)].TrimEnd('-');
        await server.Client.PutBucketAsync(name).ConfigureAwait(false);
        return name;
    }

    /// <summary>Writes an object.</summary>
    public static async Task PutAsync(this S3Server server, string bucket, string key, byte[] content)
    {
        using var body = new MemoryStream(content);
        var request = new PutObjectRequest { BucketName = bucket, Key = key, InputStream = body, UseChunkEncoding = false };
        await server.Client.PutObjectAsync(request).ConfigureAwait(false);
    }

    /// <summary>
    /// Writes an object as a multipart upload in parts of these sizes, which add up to the content, and returns its ETag.
    /// </summary>
    public static async Task<string> PutInPartsAsync(
        this S3Server server, string bucket, string key, byte[] content, params int[] partSizes)
    {
        if (partSizes.Sum() != content.Length)
            throw new ArgumentException($"The parts have {partSizes.Sum()} bytes in all, the content {content.Length}.", nameof(partSizes));

        var id = (await server.Client.InitiateMultipartUploadAsync(bucket, key).ConfigureAwait(false)).UploadId;
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
            parts.Add(new PartETag(parts.Count + 1, (await server.Client.UploadPartAsync(part).ConfigureAwait(false)).ETag));
            from += size;
        }

        var end = new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = id, PartETags = parts };
        return (await server.Client.CompleteMultipartUploadAsync(end).ConfigureAwait(false)).ETag;
    }

    /// <summary>Ids of the bucket's unfinished uploads, at most a page of them.</summary>
    public static async Task<IReadOnlyList<string>> ListUploadsAsync(this S3Server server, string bucket)
    {
        var request = new ListMultipartUploadsRequest { BucketName = bucket };
        var page = await server.Client.ListMultipartUploadsAsync(request).ConfigureAwait(false);
        return [.. (page.MultipartUploads ?? []).Select(upload => upload.UploadId)];
    }

    /// <summary>Reads an object whole.</summary>
    public static async Task<byte[]> GetAsync(this S3Server server, string bucket, string key)
    {
        using var response = await server.Client.GetObjectAsync(bucket, key).ConfigureAwait(false);
        using var content = new MemoryStream();
        await response.ResponseStream.CopyToAsync(content).ConfigureAwait(false);
        return content.ToArray();
    }
}
