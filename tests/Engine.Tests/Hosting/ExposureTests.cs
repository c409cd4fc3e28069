using System.Net;
using System.Net.Sockets;
using DataTransferHub.Engine.Hosting.Settings;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataTransferHub.Engine.Tests.Hosting;

/// <summary>A hub without sign-in can only be reached from its own machine, whatever is configured.</summary>
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
    public async Task Options_of_the_application_s_own_server_do_not_count()
    {
        await using var host = await RunningHost.Start([typeof(Site)], configure: builder =>
            builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.ListenAnyIP(0)));
        Assert.True(host.Url.IsLoopback);
        Assert.Single(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses);
        Assert.Equal("open", await host.Get("api/open"));
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

    static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
