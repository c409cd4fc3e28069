using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using DataTransferHub.Cli.Processes;

namespace DataTransferHub.Cli.Sample;

/// <summary>One S3 server of the sample: s3rver (Node) as a separate process, with its data in files.</summary>
sealed class SampleServer : IAsyncDisposable
{
    const int Attempts = 3;
    const int ReadAtOnce = 8;
    const string Key = "S3RVER";
    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    readonly ServerProcess _process;

    SampleServer(ServerProcess process, int port)
    {
        _process = process;
        Url = new Uri($"http://127.0.0.1:{port}");
        Client = new AmazonS3Client(
            new BasicAWSCredentials(Key, Key),
            new AmazonS3Config
            {
                ServiceURL = Url.ToString(),
                AuthenticationRegion = Region,
                ForcePathStyle = true,

                // The server does not support trailing checksums.
                RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
                ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            });
    }

    /// <summary>The region of its endpoint.</summary>
    public const string Region = "us-east-1";

    /// <summary>Where its script and its packages are.</summary>
    public static string PackageFolder => Path.Combine(Repository.Root, "cli", "Sample", "s3rver");

    /// <summary>The access keys in the format of the hub's secrets.</summary>
    public static string SecretJson => $$"""{"access_key_id": "{{Key}}", "secret_access_key": "{{Key}}"}""";

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>A client for it.</summary>
    public AmazonS3Client Client { get; }

    /// <summary>Process id of the server.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Starts one on a free port, with its data and its log in a folder.</summary>
    public static async Task<SampleServer> StartAsync(string folder, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Path.Combine(PackageFolder, "node_modules")))
            throw new DirectoryNotFoundException("s3rver is not installed. Install it with: npm ci --prefix cli/Sample/s3rver");
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort.Find();
            var process = ServerProcess.Start(
                "s3rver",
                "node",

                // It encrypts continuation tokens with DES, which OpenSSL 3 has only in its legacy provider.
                [
                    "--openssl-legacy-provider",
                    Path.Combine(PackageFolder, "s3server.mjs"),
                    Directory.CreateDirectory(Path.Combine(folder, "data")).FullName,
                    $"{port}",
                ],
                Path.Combine(folder, "s3rver.log"));
            try
            {
                await process.WaitUntilReadyAsync(token => AnswersAsync(port, token), StartPatience, cancellationToken);
                return new SampleServer(process, port);
            }
            catch (InvalidOperationException) when (attempt < Attempts)
            {
                // Another program took the port first.
                await process.DisposeAsync();
            }
            catch
            {
                await process.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Lists all objects of a bucket.</summary>
    public async Task<IReadOnlyList<S3Object>> ListAsync(string bucket, CancellationToken cancellationToken)
    {
        var objects = new List<S3Object>();
        var request = new ListObjectsV2Request { BucketName = bucket };
        ListObjectsV2Response page;
        do
        {
            page = await Client.ListObjectsV2Async(request, cancellationToken);
            objects.AddRange(page.S3Objects ?? []);
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
        return objects;
    }

    /// <summary>Reads every object of a bucket and returns the SHA-256 by key.</summary>
    public async Task<SortedDictionary<string, string>> HashAllAsync(string bucket, CancellationToken cancellationToken)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var options = new ParallelOptions { MaxDegreeOfParallelism = ReadAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(await ListAsync(bucket, cancellationToken), options, async (item, token) =>
        {
            using var response = await Client.GetObjectAsync(bucket, item.Key, token);
            var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(response.ResponseStream, token));
            lock (hashes)
                hashes[item.Key] = hash;
        });
        return hashes;
    }

    /// <summary>Leaves the server running after this process has ended.</summary>
    public void Release()
    {
        Client.Dispose();
        _process.Release();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        return _process.DisposeAsync();
    }

    static async Task<bool> AnswersAsync(int port, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        try
        {
            using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/"), cancellationToken);
            return response.StatusCode < HttpStatusCode.InternalServerError;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
