using System.Collections.Concurrent;
using DataTransferHub.Cli.Hub;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.S3;

namespace DataTransferHub.Objects.Tests;

/// <summary>Buckets in the host's name, and TLS, on a real server that has both.</summary>
public sealed class AddressTests(SharedRadosgw radosgw)
{
    const int MiB = 1 << 20;
    const string OddKey = "../a//b/./+ %2F 中😀.";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Objects_of_any_size_and_key_are_copied_with_the_bucket_in_the_host(bool isTls)
    {
        var server = await radosgw.GetAsync();
        using var bench = await Bench.CreateAsync(server, line: server.CreateHandler());
        bench.Address(isTls ? server.SecureUrl : server.NamedUrl);
        var origins = new ConcurrentDictionary<string, bool>();
        bench.Wire.Answer = request =>
        {
            origins[request.RequestUri!.GetLeftPart(UriPartial.Authority)] = true;
            return null;
        };
        var contents = new Dictionary<string, byte[]>
        {
            ["empty"] = [],
            ["small"] = [1, 2, 3],
            [OddKey] = Content.Random(300_000, 1),
            ["large"] = Content.Random(13 * MiB, 2),
        };
        foreach (var (key, content) in contents)
            await bench.PutAsync(key, content);
        await server.PutInPartsAsync(
            bench.SourceBucket, "composite", contents["composite"] = Content.Random(17 * MiB, 3), 6 * MiB, 6 * MiB, 5 * MiB);

        var result = await bench.TransferAsync();

        Assert.True(bench.Errors.Count == 0, string.Join(" ", bench.Errors));
        Assert.Equal(contents.Count, result.Copied);
        foreach (var (key, content) in contents)
            Assert.Equal(content, await bench.ReadCopyAsync(key));
        var service = isTls ? server.SecureUrl : server.NamedUrl;
        Assert.Equal(
            new[] { bench.SourceBucket, bench.DestinationBucket }.Select(bucket => $"{service.Scheme}://{bucket}.{service.Authority}")
                .Order(),
            origins.Keys.Order());
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_makes_the_run_wait_and_it_says_so()
    {
        var server = await radosgw.GetAsync();
        var handler = server.CreateHandler();
        handler.SslOptions = new();
        using var bench = await Bench.CreateAsync(server, options => options.MaximumAttempts = 1, handler);
        bench.Address(server.SecureUrl);

        var outage = (await bench.FindAsync()).Outage!;

        Assert.Contains("the secure connection failed", outage.Reason, StringComparison.Ordinal);
        Assert.Contains("certificate", outage.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hub_that_trusts_the_certificate_copies_over_tls_with_the_bucket_in_the_host()
    {
        var server = await radosgw.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        var large = Content.Random(13 * MiB, 2);
        await bench.PutAsync("small/文件 +.txt", [1, 2, 3]);
        await bench.PutAsync("large", large);
        await using var proxy = LoopbackProxy.Start();
        using var folder = new TemporaryFolder();
        var options = new Dictionary<string, string>
        {
            ["SSL_CERT_FILE"] = server.CertificateFile,
            ["HTTPS_PROXY"] = proxy.Url.ToString(),
            ["Objects__MultipartThreshold"] = $"{6 * MiB}",
            ["Objects__OnePieceTime"] = "00:00:00.001",
            ["Objects__PartSize"] = $"{5 * MiB}",
        };
        await using var hub = await HubProcess.StartAsync(folder.Path, options, Bench.Ct);
        await hub.Api.CreateSecretAsync("keys", server.SecretJson, Bench.Ct);
        bench.Address(server.SecureUrl);

        var task = await hub.Api.WaitUntilOverAsync(
            await hub.Api.CreateTaskAsync(bench.Parameters, cancellationToken: Bench.Ct), TimeSpan.FromMinutes(3), Bench.Ct);

        Assert.True(task.Progress == "DONE", task.ErrorMessage);
        await bench.AssertSidesAreEqualAsync();
        Assert.Equal(large, await bench.ReadCopyAsync("large"));
        Assert.Equal(
            new[] { bench.SourceBucket, bench.DestinationBucket }.Select(bucket => $"{bucket}.{RadosgwServer.Domain}").Order(),
            proxy.Hosts.Distinct().Order());
    }
}
