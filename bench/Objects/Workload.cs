using Amazon.S3.Model;
using DataTransferHub.Cli.S3;
using DataTransferHub.Servers.S3;

namespace DataTransferHub.Bench.Objects;

/// <summary>Objects of one size, the same bytes in every run: their content comes from a seed.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Count">How many objects.</param>
/// <param name="Size">Bytes in each.</param>
sealed record Workload(string Name, int Count, long Size)
{
    /// <summary>All bytes of the workload.</summary>
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

    /// <summary>Fails unless the bucket holds just this workload.</summary>
    /// <exception cref="InvalidOperationException">Objects or bytes are missing or too many.</exception>
    public async Task ExpectAsync(S3Server server, string bucket)
    {
        var objects = await server.ListAsync(bucket);
        var bytes = objects.Sum(o => o.Size ?? 0);
        if (objects.Count != Count || bytes != TotalBytes)
            throw new InvalidOperationException($"{bucket} holds {objects.Count} objects and {bytes} bytes, not {Count} and {TotalBytes}.");
    }
}
