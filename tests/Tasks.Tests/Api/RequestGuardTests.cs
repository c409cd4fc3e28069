using System.Net;
using DataTransferHub.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Tasks.Tests.Api;

/// <summary>A hub without sign-in can only be reached from its own machine, and by its own names.</summary>
public sealed class RequestGuardTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", 200)]
    [InlineData("::ffff:127.0.0.1", "::ffff:127.0.0.2", 200)]
    [InlineData("::1", "::1", 200)]
    [InlineData("10.1.2.3", "10.1.2.4", 403)]
    [InlineData("127.0.0.1", "10.1.2.4", 403)]
    [InlineData("10.1.2.3", "127.0.0.1", 403)]
    [InlineData("::ffff:10.1.2.3", "::ffff:10.1.2.4", 403)]
    [InlineData(null, null, 403)]
    public async Task Only_peers_on_this_machine_are_answered(string? remote, string? local, int status) =>
        Assert.Equal(status, await AnswerAsync(thisMachineOnly: true, remote, local));

    [Fact]
    public async Task On_the_Functions_host_the_key_decides_and_not_the_peer() =>
        Assert.Equal(200, await AnswerAsync(thisMachineOnly: false, "10.1.2.3", "10.1.2.4"));

    [Theory]
    [InlineData("hub.example.com", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost.example.com", HttpStatusCode.MisdirectedRequest)]
    [InlineData("192.168.1.10", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("hub.localhost", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("[::1]:7071", HttpStatusCode.OK)]
    public async Task Only_requests_that_name_the_hub_by_a_loopback_name_are_answered(string name, HttpStatusCode expected)
    {
        await using var hub = await RunningHub.StartAsync();
        Assert.Equal(expected, await hub.AskAsAsync(name));
    }

    static async Task<int> AnswerAsync(bool thisMachineOnly, string? remote, string? local)
    {
        var http = new DefaultHttpContext();
        http.Request.Host = new HostString("localhost", 7071);
        http.Connection.RemoteIpAddress = remote is null ? null : IPAddress.Parse(remote);
        http.Connection.LocalIpAddress = local is null ? null : IPAddress.Parse(local);
        var guard = new RequestGuard(
            Options.Create(new RequestGuardOptions { ThisMachineOnly = thisMachineOnly }), NullLogger<RequestGuard>.Instance);
        var called = false;
        await guard.Invoke(new HttpCall(http), _ =>
        {
            called = true;
            return Task.CompletedTask;
        });
        Assert.Equal(http.Response.StatusCode == StatusCodes.Status200OK, called);
        return http.Response.StatusCode;
    }

    sealed class HttpCall(HttpContext http) : FunctionContext
    {
        public override string InvocationId => "invocation";

        public override string FunctionId => "function";

        public override TraceContext TraceContext => throw new NotSupportedException();

        public override BindingContext BindingContext => throw new NotSupportedException();

        public override RetryContext RetryContext => throw new NotSupportedException();

        public override IServiceProvider InstanceServices { get; set; } = null!;

        public override FunctionDefinition FunctionDefinition => throw new NotSupportedException();

        // Where the ASP.NET Core extension keeps the request.
        public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object> { ["HttpRequestContext"] = http };

        public override IInvocationFeatures Features => throw new NotSupportedException();
    }
}
