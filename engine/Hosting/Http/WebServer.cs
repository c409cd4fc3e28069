using DataTransferHub.Engine.Hosting.Functions;
using DataTransferHub.Engine.Hosting.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Hosting.Http;

/// <summary>
/// The server of the HTTP functions and of the static site. It reads no configuration and no environment variables: the host alone
/// decides where it listens.
/// </summary>
sealed class WebServer : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly IServiceProvider _services;

    public WebServer(IServiceProvider services, ILoggerFactory loggers)
    {
        _services = services;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddRouting();
        builder.Services.AddSingleton(loggers);
        _app = builder.Build();
    }

    /// <summary>The server.</summary>
    internal IServer Server => _app.Services.GetRequiredService<IServer>();

    /// <summary>The addresses it listens on.</summary>
    internal ICollection<string> Urls => _app.Urls;

    /// <summary>Maps the functions, and the folder of static files if there is one.</summary>
    internal async Task StartAsync(
        ListenAddress listen, HubKeys keys, EmbeddedHostOptions options, IEnumerable<FunctionMethod> functions,
        CancellationToken cancellation)
    {
        _app.Urls.Clear();
        _app.Urls.Add(listen.Url);
        if (options.StaticFiles is { } folder)
            StaticSite.Use(_app, folder);
        var gate = new FunctionKeyGate(keys, options.DemandsFunctionKeys);
        ActivatorUtilities.CreateInstance<HttpFunctions>(_services, gate).Map(_app, functions);
        await _app.StartAsync(cancellation);
    }

    /// <summary>Accepts no more requests, and waits for the current ones to end.</summary>
    internal Task StopAsync(CancellationToken cancellation) => _app.StopAsync(cancellation);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
