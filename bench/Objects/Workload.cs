using Amazon.S3.Model;
using DataTransferHub.Cli.S3;
using DataTransferHub.Servers.S3;

namespace DataTransferHub.Bench.Objects;

/// <summary>Objects of one size. Their content is derived from a seed, so it is the same in every run.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="Count">Number of objects.</param>
/// <param name="Size">Size of each object in bytes.</param>
sealed record Workload(string Name, int Count, long Size)
{
    /// <summary>Total size in bytes.</summary>
    public long TotalBytes => Count * Size;

    /// <summary>Writes the objects to a new bucket of the server and returns its name.</summary>
    public async Task<string> FillAsync(S3Server server, CancellationToken cancellationToken)
    {
        var bucket = await server.CreateBucketAsync("source");
        var content = new byte[Size];
        new Random(1).NextBytes(content);
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Size > 1 << 20 ? 1 : 16,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForAsync(0, Count, options, async (i, token) =>
        {
            using var body = new MemoryStream(content, writable: false);
            var request = new PutObjectRequest
            {
                BucketName = bucket,
                Key = $"data/{i % 100:00}/object-{i:000000}.bin",
                InputStream = body,
                UseChunkEncoding = false,
            };
            await server.Client.PutObjectAsync(request, token);
        });
        return bucket;
    }

    /// <summary>Fails unless the bucket contains exactly this workload.</summary>
    /// <exception cref="InvalidOperationException">The number of objects or bytes is wrong.</exception>
    public async Task ExpectAsync(S3Server server, string bucket)
    {
        var objects = await server.ListAsync(bucket);
        var bytes = objects.Sum(o => o.Size ?? 0);
        if (objects.Count != Count || bytes != TotalBytes)
            throw new InvalidOperationException($"{bucket} has {objects.Count} objects and {bytes} bytes, not {Count} and {TotalBytes}.");
    }
}
