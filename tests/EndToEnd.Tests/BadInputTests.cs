using DataTransferHub.Cli.Hub;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Cli.S3;
using DataTransferHub.Servers.Faults;
using DataTransferHub.Servers.Hub;
using DataTransferHub.Servers.S3;
using Xunit;

namespace DataTransferHub.EndToEnd.Tests;

/// <summary>Every fault is reported with the field or with the store's response, and nothing hangs.</summary>
public sealed class BadInputTests(SharedMoto moto, SharedHub hub) : IClassFixture<SharedHub>
{
    [Theory]
    [InlineData("srcBukcet", "a-bucket", "srcBukcet", "srcBucket")]
    [InlineData("srcBucket", "", "srcBucket")]
    [InlineData("destBucket", "No_Good..Name", "destBucket", "No_Good..Name")]
    [InlineData("srcCredentials", "no-such-secret", "srcCredentials", "no-such-secret")]
    [InlineData("destCredentials", "no-such-secret", "destCredentials", "no-such-secret")]
    [InlineData("srcEndpoint", "ftp://somewhere", "srcEndpoint", "http")]
    [InlineData("srcRegion", "Not A Region", "srcRegion", "Not A Region")]
    [InlineData("destStorageClass", "GLACIER_OF_ICE", "destStorageClass", "STANDARD_IA")]
    [InlineData("srcInCurrentAccount", "perhaps", "srcInCurrentAccount", "perhaps")]
    public async Task A_parameter_that_cannot_be_right_is_refused_by_name(string name, string value, params string[] told)
    {
        await using var scene = await TransferScene.SetAsync(moto, hub.Process);
        var parameters = scene.Parameters;
        parameters[name] = value;

        var error = await Assert.ThrowsAsync<HubApiException>(() => scene.Hub.Api.CreateTaskAsync(parameters,
            cancellationToken: TestContext.Current.CancellationToken));

        Assert.All(told, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_prefix_of_more_than_1024_bytes_is_refused()
    {
        await using var scene = await TransferScene.SetAsync(moto, hub.Process);
        var parameters = scene.Parameters;
        parameters["srcPrefix"] = new string('p', 1025);

        var error = await Assert.ThrowsAsync<HubApiException>(() => scene.Hub.Api.CreateTaskAsync(parameters,
            cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("srcPrefix", error.Message, StringComparison.Ordinal);
        Assert.Contains("1024", error.Message.Replace(",", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_description_of_more_than_250_characters_is_refused()
    {
        await using var scene = await TransferScene.SetAsync(moto, hub.Process);

        var error = await Assert.ThrowsAsync<HubApiException>(() => scene.Hub.Api.CreateTaskAsync(scene.Parameters, new string('d', 251),
            TestContext.Current.CancellationToken));

        Assert.Contains("description", error.Message, StringComparison.Ordinal);
        Assert.Contains("250", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("srcBucket")]
    [InlineData("destBucket")]
    public async Task A_bucket_that_does_not_exist_is_told(string side)
    {
        await using var scene = await TransferScene.SetAsync(moto, hub.Process);
        var parameters = scene.Parameters;
        parameters[side] = "no-such-bucket-anywhere";

        var told = await ErrorOf(scene, parameters);

        Assert.Contains("no-such-bucket-anywhere", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("srcEndpoint", "http://no-such-host.invalid", "no-such-host.invalid")]
    [InlineData("destEndpoint", null, "127.0.0.1")]
    public async Task An_endpoint_where_nobody_answers_is_told(string side, string? endpoint, string told)
    {
        await using var scene = await TransferScene.SetAsync(moto, hub.Process);
        await scene.Server.PutAsync(scene.SourceBucket, "key", [1]);
        var parameters = scene.Parameters;
        parameters[side] = endpoint ?? $"http://127.0.0.1:{FreePort.Find()}";

        Assert.Contains(told, await ErrorOf(scene, parameters), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NOBODY", "S3RVER", "InvalidAccessKeyId")]
    [InlineData("S3RVER", "not the secret", "SignatureDoesNotMatch")]
    public async Task Wrong_keys_are_told_in_the_words_of_the_store_and_are_not_shown(string accessKey, string secretKey, string code)
    {
        await using var scene = await TransferScene.SetAsync(moto, hub.Process);
        await using var server = await S3rverServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var bucket = await server.CreateBucketAsync();
        await scene.Hub.Api.CreateSecretAsync(
            bucket,
            $$"""{"access_key_id": "{{accessKey}}", "secret_access_key": "{{secretKey}}"}""",
            TestContext.Current.CancellationToken);

        var told = await ErrorOf(scene, TransferParameters.Between(
            new TransferSide(server, bucket, bucket), new TransferSide(scene.Server, scene.DestinationBucket, scene.Secret)));

        Assert.Contains(code, told, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "not the secret",
            told + await File.ReadAllTextAsync(scene.Hub.LogFile, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_may_not_be_listed_is_told()
    {
        await using var scene = await TransferScene.SetAsync(moto, hub.Process);
        scene.SourceProxy.Plan = Denied(RequestKind.ListObjects, RequestKind.Bucket);

        Assert.Contains("AccessDenied", await ErrorOf(scene, scene.Parameters), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_destination_that_may_not_be_written_is_told_for_the_object()
    {
        await using var scene = await TransferScene.SetAsync(moto, hub.Process);
        await scene.Server.PutAsync(scene.SourceBucket, "key", [1]);
        scene.DestinationProxy.Plan = Denied(RequestKind.PutObject);

        var taskId = await scene.Hub.Api.CreateTaskAsync(scene.Parameters, cancellationToken: TestContext.Current.CancellationToken);
        var task = await scene.Hub.Api.WaitUntilOverAsync(taskId, TransferScene.Patience, TestContext.Current.CancellationToken);
        var failed = Assert.Single(await scene.Hub.Api.ListFailedAsync(taskId, TestContext.Current.CancellationToken));

        Assert.Equal("ERROR", task.Progress);
        Assert.Equal("key", failed.Key);
        Assert.Contains("AccessDenied", failed.Error, StringComparison.Ordinal);
    }

    static FaultPlan Denied(params RequestKind[] requests) =>
        new(1, new FaultRate(FaultKind.AccessDenied, 1, requests)) { MostPerRequest = int.MaxValue };

    /// <summary>The error from <c>createTask</c>, or else from <c>getErrorMessage</c> of the failed task.</summary>
    static async Task<string> ErrorOf(TransferScene scene, Dictionary<string, string> parameters)
    {
        string taskId;
        try
        {
            taskId = await scene.Hub.Api.CreateTaskAsync(parameters, cancellationToken: TestContext.Current.CancellationToken);
        }
        catch (HubApiException refused)
        {
            return refused.Message;
        }

        var task = await scene.Hub.Api.WaitUntilOverAsync(taskId, TransferScene.Patience, TestContext.Current.CancellationToken);
        Assert.Equal("ERROR", task.Progress);
        return (await scene.Hub.Api.GetErrorMessageAsync(taskId, TestContext.Current.CancellationToken)).Message;
    }
}
