using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using DataTransferHub.Servers.Processes;

namespace DataTransferHub.Servers.S3;

/// <summary>A third-party S3 server in a process of its own on 127.0.0.1. Tests share one and keep apart by their buckets.</summary>
public abstract class S3Server : IAsyncDisposable
{
    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    // S3 allows 63 characters.
    const int MaximumBucketName = 50;

    static int _bucketNumber;

    readonly ServerProcess _process;
    readonly TemporaryFolder _folder;

    private protected S3Server(ServerProcess process, TemporaryFolder folder, int port, string accessKey, string secretKey)
    {
        _process = process;
        _folder = folder;
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

    /// <summary>Process id of the server.</summary>
    public int ProcessId => _process.Id;

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
            var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(response.ResponseStream, cancellationToken).ConfigureAwait(false));
            lock (hashes)
                hashes[item.Key] = hash;
        }).ConfigureAwait(false);
        return hashes;
    }

    /// <summary>Lets the server live on after this process; its data must be in a folder of the caller's.</summary>
    public void Release()
    {
        Client.Dispose();
        _process.Release();
        _folder.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Client.Dispose();
        await _process.DisposeAsync().ConfigureAwait(false);
        _folder.Dispose();
    }

    /// <summary>Starts a server on a free port, and again on another one should somebody else have been faster.</summary>
    private protected static async Task<TServer> StartAsync<TServer>(
        Func<TemporaryFolder, int, ServerProcess> start, Func<ServerProcess, TemporaryFolder, int, TServer> wrap, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var folder = new TemporaryFolder();
            var port = FreePort.Find();
            var process = start(folder, port);
            try
            {
                await process.WaitUntilReadyAsync(token => AnswersAsync(port, token), StartPatience, cancellationToken).ConfigureAwait(false);
                return wrap(process, folder, port);
            }
            catch (Exception exception)
            {
                await process.DisposeAsync().ConfigureAwait(false);
                folder.Dispose();
                if (attempt == 3 || exception is not InvalidOperationException)
                    throw;
            }
        }
    }

    static async Task<bool> AnswersAsync(int port, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        try
        {
            using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/"), cancellationToken).ConfigureAwait(false);
            return response.StatusCode < HttpStatusCode.InternalServerError;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
