using System.Net;
using System.Net.Sockets;
using DataTransferHub.Engine.Hosting;
using DataTransferHub.Engine.Hosting.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Xunit;

namespace DataTransferHub.Engine.Tests.Hosting;

public sealed class StartTests
{
    sealed class Nothing
    {
        [Function("Nothing")]
        public static string Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => "nothing";
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_the_remedy()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var host = RunningHost.Build(RunningHost.NewFolder(), [typeof(Nothing)], options => options.Url = $"http://127.0.0.1:{port}");
        var failure = await Assert.ThrowsAsync<StartFailure>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains($"port {port} on 127.0.0.1 is in use by another program", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_directory_that_is_in_use_is_named_with_the_remedy()
    {
        await using var first = await RunningHost.Start([typeof(Nothing)]);
        using var second = RunningHost.Build(first.Folder, [typeof(Nothing)]);
        var failure = await Assert.ThrowsAsync<StartFailure>(() => second.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains($"{first.Folder} is in use by another process", failure.Message, StringComparison.Ordinal);
        Assert.Equal("nothing", await first.Get("api/nothing"));
    }

    [Fact]
    public async Task Keys_that_cannot_be_read_are_not_replaced()
    {
        var folder = Directory.CreateDirectory(RunningHost.NewFolder()).FullName;
        var keys = Path.Combine(folder, "keys.json");
        await File.WriteAllTextAsync(keys, """{"function":"a"}""", TestContext.Current.CancellationToken);
        using (var host = RunningHost.Build(folder, [typeof(Nothing)]))
            await Assert.ThrowsAsync<StartFailure>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Equal("""{"function":"a"}""", await File.ReadAllTextAsync(keys, TestContext.Current.CancellationToken));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("http://0.0.0.0:7071", "can be reached from other machines")]
    [InlineData("http://[::]:7071", "can be reached from other machines")]
    [InlineData("https://127.0.0.1:7071", "is not http://")]
    [InlineData("http://127.0.0.1:7071/hub", "is not http://")]
    [InlineData("http://example.com:7071", "names a host")]
    [InlineData("7071", "is not http://")]
    public void An_address_that_cannot_be_used_is_refused(string url, string expected) =>
        Assert.Contains(
            expected, Assert.Throws<StartFailure>(() => ListenAddress.Parse(url, allowRemote: false)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("http://127.0.0.1:7071", "http://127.0.0.1:7071")]
    [InlineData("http://localhost:0", "http://127.0.0.1:0")]
    [InlineData("http://[::1]:7071/", "http://[::1]:7071")]
    public void Loopback_addresses_need_no_leave(string url, string expected) =>
        Assert.Equal(expected, ListenAddress.Parse(url, allowRemote: false).Url);

    [Fact]
    public void Http_functions_need_the_web_application()
    {
        var builder = FunctionsApplication.CreateBuilder([]);
        var embedded = builder.UseEmbeddedHost();
        var failure = Assert.Throws<StartFailure>(() =>
            embedded.Build(options => (options.OwnsProcess, options.FunctionTypes) = (false, [typeof(Nothing)])));
        Assert.Contains("ConfigureFunctionsWebApplication", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Host_json_is_read_with_comments_and_its_limits_are_checked()
    {
        var settings = HostJson.Parse("""
            {
              "version": "2.0", // the only one
              "functionTimeout": "00:02:00",
              "logging": { "logLevel": { "default": "Warning" } },
              "extensions": { "http": { "routePrefix": "" }, "durableTask": { "hubName": "Hub", "maxConcurrentActivityFunctions": 3 } },
            }
            """);
        Assert.Equal(
            (TimeSpan.FromMinutes(2), "", "Hub", 3),
            (settings.FunctionTimeout, settings.RoutePrefix, settings.HubName, settings.MaxConcurrentActivities));
        Assert.Equal("Warning", settings.LogLevels["Default"]);
        Assert.Null(HostJson.Parse("""{"functionTimeout":"-1"}""").FunctionTimeout);
        Assert.Throws<FormatException>(() => HostJson.Parse("""{"functionTimeout":"soon"}"""));
        Assert.Throws<FormatException>(() => HostJson.Parse("""{"extensions":{"durableTask":{"maxConcurrentActivityFunctions":0}}}"""));
    }
}
