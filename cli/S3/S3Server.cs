using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace DataTransferHub.Cli.S3;

/// <summary>An S3 server on 127.0.0.1, ready to be used.</summary>
public abstract class S3Server : IAsyncDisposable
{
    /// <summary>A server that listens.</summary>
    protected S3Server(int port, string accessKey, string secretKey)
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

    /// <summary>Lists all objects in the order in which the server gives them.</summary>
    public async Task<IReadOnlyList<S3Object>> ListAsync(
        string bucket, string prefix = "", int pageSize = 1000, CancellationToken cancellationToken = default)
    {
        var objects = new List<S3Object>();
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix, MaxKeys = pageSize };
        ListObjectsV2Response page;
        do
        {
            page = await Client.ListObjectsV2Async(request, cancellationToken).ConfigureAwait(false);
            objects.AddRange(page.S3Objects ?? []);
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
        return objects;
    }

    /// <summary>SHA-256 of every object's content by key, read <paramref name="parallel"/> at once.</summary>
    public async Task<SortedDictionary<string, string>> HashAllAsync(
        string bucket, string prefix = "", int parallel = 8, CancellationToken cancellationToken = default)
    {
        var objects = await ListAsync(bucket, prefix, cancellationToken: cancellationToken).ConfigureAwait(false);
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(objects, options, async (item, token) =>
        {
            using var response = await Client.GetObjectAsync(bucket, item.Key, token).ConfigureAwait(false);
            var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(response.ResponseStream, token).ConfigureAwait(false));
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
    protected abstract ValueTask StopAsync();
}
