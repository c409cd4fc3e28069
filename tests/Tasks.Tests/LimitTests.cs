using System.Text.Json.Nodes;

namespace DataTransferHub.Tasks.Tests;

/// <summary>Limits of tasks and endpoints are set and read through the API.</summary>
public sealed class LimitTests
{
    const string Fields = "bytesPerSecond requestsPerSecond";

    [Fact]
    public async Task Limits_of_a_task_are_replaced_as_a_whole_and_survive_a_restart()
    {
        await using var hub = await RunningHub.StartAsync();
        var id = await hub.CreateTaskAsync();
        Assert.Equal((null, null), Read((await TaskAsync(hub, id))["limits"]));

        await SetTaskAsync(hub, id, new { bytesPerSecond = 5_000_000_000, requestsPerSecond = 20 });
        Assert.Equal((5_000_000_000, 20), Read((await TaskAsync(hub, id))["limits"]));
        await hub.RestartAsync();
        Assert.Equal((5_000_000_000, 20), Read((await TaskAsync(hub, id))["limits"]));

        await SetTaskAsync(hub, id, new { requestsPerSecond = 7 });
        Assert.Equal((null, 7), Read((await TaskAsync(hub, id))["limits"]));
        await SetTaskAsync(hub, id, new { });
        Assert.Equal((null, null), Read((await TaskAsync(hub, id))["limits"]));
    }

    [Fact]
    public async Task Limits_of_an_endpoint_are_shown_at_every_task_that_uses_it_and_listed_as_long_as_they_are_set()
    {
        await using var hub = await RunningHub.StartAsync();
        var id = await hub.CreateTaskAsync();
        var endpoints = (await TaskAsync(hub, id))["endpoints"]!.AsArray();
        Assert.Equal(2, endpoints.Count);
        var name = (string)endpoints[1]!["name"]!;

        var set = await SetEndpointAsync(hub, name, new { bytesPerSecond = 1024 });
        Assert.Null(set["errors"]);
        Assert.Equal((1024, null), Read((await TaskAsync(hub, id))["endpoints"]![1]!["limits"]));
        Assert.Equal((null, null), Read((await TaskAsync(hub, id))["endpoints"]![0]!["limits"]));

        await hub.WaitForProgressAsync(id, "DONE");
        var listed = (await hub.ExecuteAsync($"{{ listEndpoints {{ name limits {{ {Fields} }} }} }}"))["data"]!["listEndpoints"]!.AsArray();
        Assert.Equal(name, (string)Assert.Single(listed)!["name"]!);
        Assert.Equal((1024, null), Read(listed[0]!["limits"]));
    }

    [Theory]
    [InlineData(1023L, null, "bytesPerSecond", "1023")]
    [InlineData(long.MaxValue, null, "bytesPerSecond", "9223372036854775807")]
    [InlineData(null, 0L, "requestsPerSecond", "0")]
    [InlineData(null, -5L, "requestsPerSecond", "-5")]
    public async Task A_limit_out_of_bounds_is_refused_with_its_name_its_value_and_what_to_do(
        long? bytesPerSecond, long? requestsPerSecond, string field, string value)
    {
        await using var hub = await RunningHub.StartAsync();
        var id = await hub.CreateTaskAsync();

        var message = (await SetTaskAsync(hub, id, new { bytesPerSecond, requestsPerSecond }))["errors"]![0]!.ToJsonString();

        Assert.Contains(field, message, StringComparison.Ordinal);
        Assert.Contains(value, message, StringComparison.Ordinal);
        Assert.Contains("or null for no limit", message, StringComparison.Ordinal);
        Assert.Equal((null, null), Read((await TaskAsync(hub, id))["limits"]));
    }

    [Fact]
    public async Task A_task_or_an_endpoint_that_is_not_there_cannot_be_limited()
    {
        await using var hub = await RunningHub.StartAsync();
        await hub.CreateTaskAsync();

        var noTask = (await SetTaskAsync(hub, "none", new { requestsPerSecond = 1 }))["errors"]![0]!;
        Assert.Equal("NOT_FOUND", (string)noTask["extensions"]!["code"]!);
        var noEndpoint = (await SetEndpointAsync(hub, "https://elsewhere.example", new { requestsPerSecond = 1 }))["errors"]![0]!;
        Assert.Contains("listEndpoints", noEndpoint.ToJsonString(), StringComparison.Ordinal);
    }

    static (long? Bytes, long? Requests) Read(JsonNode? limits) =>
        ((long?)limits!["bytesPerSecond"], (long?)limits["requestsPerSecond"]);

    static async Task<JsonNode> TaskAsync(RunningHub hub, string id) => (await hub.ExecuteAsync(
        $"query($id: ID!) {{ getTask(id: $id) {{ limits {{ {Fields} }} endpoints {{ name limits {{ {Fields} }} }} }} }}",
        new { id }))["data"]!["getTask"]!;

    static Task<JsonNode> SetTaskAsync(RunningHub hub, string id, object limits) => hub.ExecuteAsync(
        "mutation($id: ID!, $limits: RateLimitsInput!) { setTaskLimits(id: $id, limits: $limits) { id } }", new { id, limits });

    static Task<JsonNode> SetEndpointAsync(RunningHub hub, string endpoint, object limits) => hub.ExecuteAsync(
        "mutation($endpoint: String!, $limits: RateLimitsInput!) { setEndpointLimits(endpoint: $endpoint, limits: $limits) { name } }",
        new { endpoint, limits });
}
