using System.Net;
using System.Security.Cryptography;
using Amazon.S3.Model;
using DataTransferHub.Servers.Faults;
using DataTransferHub.Servers.S3;
using Xunit;

namespace DataTransferHub.EndToEnd.Tests;

/// <summary>The proxy itself must be correct, as other tests rely on it.</summary>
public sealed class FaultProxyTests(SharedMoto moto)
{
    static readonly byte[] Content = RandomNumberGenerator.GetBytes(300_000);

    [Theory]
    [InlineData("plain")]
    [InlineData("a b+c%2F%/数据😀//double/./../dot.")]
    public async Task Without_faults_objects_pass_unchanged_in_both_directions(string key)
    {
        var server = await moto.GetAsync();
        var bucket = await server.CreateBucketAsync();
        await using var proxy = FaultProxy.Start(server.Url);
        using var client = server.CreateClient(proxy.Url);

        using var body = new MemoryStream(Content);
        await client.PutObjectAsync(
            new PutObjectRequest { BucketName = bucket, Key = key, InputStream = body }, TestContext.Current.CancellationToken);

        Assert.Equal(Content, await server.GetAsync(bucket, key));
        using var response = await client.GetObjectAsync(bucket, key, TestContext.Current.CancellationToken);
        Assert.Equal(SHA256.HashData(Content), await SHA256.HashDataAsync(response.ResponseStream, TestContext.Current.CancellationToken));
        Assert.Equal(
            [(RequestKind.PutObject, key, 200, true), (RequestKind.GetObject, key, 200, true)],
            proxy.Requests.Select(request => (request.Kind, request.Key, request.Status!.Value, request.IsRelayed)));
    }

    [Fact]
    public async Task A_flipped_bit_changes_the_content_and_not_its_length()
    {
        var received = await ReadThrough(FaultKind.FlipResponse);

        Assert.Equal(Content.Length, received.Length);
        Assert.Single(Enumerable.Range(0, Content.Length), at => received[at] != Content[at]);
    }

    [Theory]
    [InlineData(FaultKind.CutResponse)]
    [InlineData(FaultKind.ResetBeforeRequest)]
    [InlineData(FaultKind.ResetBeforeResponse)]
    public async Task A_cut_connection_is_an_error_for_the_client(FaultKind fault)
    {
        var error = await Assert.ThrowsAnyAsync<HttpRequestException>(() => ReadThrough(fault));

        Assert.Null(error.StatusCode);
    }

    [Theory]
    [InlineData(FaultKind.SlowDown, HttpStatusCode.ServiceUnavailable, "SlowDown")]
    [InlineData(FaultKind.InternalError, HttpStatusCode.InternalServerError, "InternalError")]
    [InlineData(FaultKind.AccessDenied, HttpStatusCode.Forbidden, "AccessDenied")]
    public async Task An_error_of_its_own_looks_like_one_of_the_store(FaultKind fault, HttpStatusCode status, string code)
    {
        var server = await moto.GetAsync();
        await using var proxy = FaultProxy.Start(server.Url, new FaultPlan(1, new FaultRate(fault, 1)));
        using var http = new HttpClient();

        using var response = await http.PutAsync(
            new Uri(proxy.Url, "/bucket/key"), new ByteArrayContent(Content), TestContext.Current.CancellationToken);

        Assert.Equal(status, response.StatusCode);
        Assert.Contains(
            $"<Code>{code}</Code>",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_are_refused_until_they_are_taken_again()
    {
        var server = await moto.GetAsync();
        await using var proxy = FaultProxy.Start(server.Url);
        using var http = new HttpClient();

        proxy.RefuseConnections();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(proxy.Url, TestContext.Current.CancellationToken));
        proxy.AcceptConnections();

        using var response = await http.GetAsync(proxy.Url, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode);
    }

    [Fact]
    public void The_same_seed_draws_the_same_faults()
    {
        static FaultKind?[] Draw(int seed)
        {
            var plan = new FaultPlan(seed, new FaultRate(FaultKind.SlowDown, 0.3), new FaultRate(FaultKind.Delay, 0.2));
            return [.. Enumerable.Range(0, 200).Select(number => plan.Draw(RequestKind.GetObject, $"key {number}").Fault)];
        }

        Assert.Equal(Draw(7), Draw(7));
        Assert.NotEqual(Draw(7), Draw(8));
        Assert.InRange(Draw(7).Count(fault => fault == FaultKind.SlowDown), 30, 90);
    }

    [Fact]
    public void One_request_meets_no_more_faults_than_the_plan_allows()
    {
        var plan = new FaultPlan(1, new FaultRate(FaultKind.SlowDown, 1)) { MostPerRequest = 2 };

        Assert.Equal(
            [FaultKind.SlowDown, FaultKind.SlowDown, null, null],
            Enumerable.Range(0, 4).Select(_ => plan.Draw(RequestKind.GetObject, "key").Fault));
    }

    async Task<byte[]> ReadThrough(FaultKind fault)
    {
        var server = await moto.GetAsync();
        var bucket = await server.CreateBucketAsync();
        await server.PutAsync(bucket, "key", Content);
        await using var proxy = FaultProxy.Start(server.Url, new FaultPlan(1, new FaultRate(fault, 1)) { MostPerRequest = int.MaxValue });
        using var client = server.CreateClient(proxy.Url);
        var request = new GetPreSignedUrlRequest
        {
            BucketName = bucket,
            Key = "key",
            Expires = DateTime.UtcNow.AddHours(1),
            Protocol = Amazon.S3.Protocol.HTTP,
        };
        var signed = await client.GetPreSignedURLAsync(request);
        using var http = new HttpClient();
        using var response = await http.GetAsync(
            new Uri(signed), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }
}
