using System.Net;
using System.Net.Sockets;
using DataTransferHub.Engine.Hosting;
using DataTransferHub.Engine.Hosting.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DataTransferHub.Engine.Tests.Hosting;

/// <summary>Whatever is configured, a hub without sign-in is reached from its own machine only.</summary>
public sealed class ExposureTests
{
    sealed class Site
    {
        [Function("Open")]
        public static string Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => "open";
    }

    [Fact]
    public void Endpoints_of_the_configuration_are_refused_by_name()
    {
        var failure = Assert.Throws<StartFailure>(() => RunningHost.Build(
            RunningHost.NewFolder(),
            [typeof(Site)],
            configure: builder => builder.Configuration["Kestrel:Endpoints:Open:Url"] = "http://0.0.0.0:0"));
        Assert.Contains("Kestrel:Endpoints:Open is set", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, failure.ExitCode);
    }

    [Theory]
    [InlineData("urls")]
    [InlineData("http_ports")]
    [InlineData("HTTP_PORTS")]
    public async Task Addresses_of_the_configuration_are_not_listened_on(string name)
    {
        var port = FreePort();
        await using var host = await RunningHost.Start([typeof(Site)], configure: builder =>
        {
            builder.Configuration[name] = name == "urls" ? $"http://0.0.0.0:{port}" : $"{port}";
            builder.Configuration["preferHostingUrls"] = "true";
        });
        Assert.True(host.Url.IsLoopback && host.Url.Port != port);
        Assert.Equal("open", await host.Get("api/open"));
    }

    [Fact]
    public async Task A_server_that_listens_elsewhere_in_spite_of_all_ends_the_start()
    {
        var folder = RunningHost.NewFolder();
        using (var host = RunningHost.Build(folder, [typeof(Site)], configure: builder =>
            builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.ListenAnyIP(0))))
        {
            var failure = await Assert.ThrowsAsync<StartFailure>(() => host.StartAsync(TestContext.Current.CancellationToken));
            Assert.Contains("other machines can reach", failure.Message, StringComparison.Ordinal);
            Assert.Contains("--url", failure.Message, StringComparison.Ordinal);
        }

        // Nothing is left running: the same folder can be used again.
        using (var again = RunningHost.Build(folder, [typeof(Site)]))
        {
            await again.StartAsync(TestContext.Current.CancellationToken);
            await again.StopAsync(CancellationToken.None);
        }
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("http://127.0.0.1:7071", true)]
    [InlineData("http://[::1]:7071", true)]
    [InlineData("http://localhost:7071", true)]
    [InlineData("http://0.0.0.0:7071", false)]
    [InlineData("http://[::]:7071", false)]
    [InlineData("http://10.1.2.3:7071", false)]
    [InlineData("http://hub.example:7071", false)]
    [InlineData("http://unix:/tmp/hub.sock", false)]
    public void Only_loopback_addresses_may_be_bound(string address, bool allowed)
    {
        var check = Record.Exception(() => ListenAddress.ThrowIfExposed(["http://127.0.0.1:1", address]));
        Assert.Equal(allowed, check is null);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", 200)]
    [InlineData("::ffff:127.0.0.1", "::ffff:127.0.0.2", 200)]
    [InlineData("::1", "::1", 200)]
    [InlineData("10.1.2.3", "10.1.2.4", 403)]
    [InlineData("127.0.0.1", "10.1.2.4", 403)]
    [InlineData("10.1.2.3", "127.0.0.1", 403)]
    [InlineData("::ffff:10.1.2.3", "::ffff:10.1.2.4", 403)]
    [InlineData(null, null, 403)]
    public async Task Only_peers_on_this_machine_are_answered(string? remote, string? local, int status)
    {
        var context = new DefaultHttpContext();
        context.Request.Host = new HostString("localhost", 7071);
        context.Connection.RemoteIpAddress = remote is null ? null : IPAddress.Parse(remote);
        context.Connection.LocalIpAddress = local is null ? null : IPAddress.Parse(local);
        var listen = new ListenAddress(IPAddress.Loopback, 7071);
        var guard = new LoopbackGuard(_ => Task.CompletedTask, listen, NullLogger<LoopbackGuard>.Instance);
        await guard.InvokeAsync(context);
        Assert.Equal(status, context.Response.StatusCode);
    }

    static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
