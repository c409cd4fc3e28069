using DataTransferHub.Engine.Hosting;
using DataTransferHub.Engine.Hosting.Settings;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace DataTransferHub.Engine.Tests.Hosting;

/// <summary>An embedded host on a free port with its own data directory, which is deleted when it is disposed.</summary>
sealed class RunningHost : IAsyncDisposable
{
    readonly IHost _host;

    RunningHost(IHost host, string folder)
    {
        _host = host;
        Folder = folder;
        Url = new Uri(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Http = new HttpClient { BaseAddress = Url };
        Keys = HubKeys.LoadOrCreate(Path.Combine(folder, "keys.json"));
    }

    internal string Folder { get; }

    internal Uri Url { get; }

    internal HttpClient Http { get; }

    internal HubKeys Keys { get; }

    internal IServiceProvider Services => _host.Services;

    internal static async Task<RunningHost> Start(
        Type[] functions, Action<EmbeddedHostOptions>? options = null, Action<FunctionsApplicationBuilder>? configure = null)
    {
        var folder = NewFolder();
        var host = Build(folder, functions, options, configure);
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new(host, folder);
    }

    internal static IHost Build(
        string folder, Type[] functions, Action<EmbeddedHostOptions>? options = null, Action<FunctionsApplicationBuilder>? configure = null)
    {
        var builder = FunctionsApplication.CreateBuilder([]);
        builder.ConfigureFunctionsWebApplication();
        var embedded = builder.UseEmbeddedHost();
        configure?.Invoke(builder);
        return embedded.Build(host =>
        {
            host.DataDirectory = folder;
            host.Url = "http://127.0.0.1:0";
            host.FunctionTypes = functions;
            host.OwnsProcess = false;
            options?.Invoke(host);
        });
    }

    internal static string NewFolder() => Path.Combine(Path.GetTempPath(), "hub-" + Guid.NewGuid().ToString("N"));

    internal Task Stop() => _host.StopAsync(TestContext.Current.CancellationToken);

    internal async Task<string> Get(string path) =>
        await Http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

    internal Task<HttpResponseMessage> Send(HttpMethod method, string path, Action<HttpRequestMessage>? prepare = null)
    {
        var request = new HttpRequestMessage(method, path);
        prepare?.Invoke(request);
        return Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
