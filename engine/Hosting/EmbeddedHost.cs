using System.Diagnostics;
using System.Net.Sockets;
using DataTransferHub.Engine.Hosting.Durable;
using DataTransferHub.Engine.Hosting.Functions;
using DataTransferHub.Engine.Hosting.Http;
using DataTransferHub.Engine.Hosting.Settings;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Engine.Hosting;

/// <summary>The application on one machine: HTTP, timers and the durable engine in one process.</summary>
sealed class EmbeddedHost : IHost, IAsyncDisposable
{
    readonly IHost _app;
    readonly EmbeddedHostOptions _options;
    readonly IReadOnlyList<FunctionMethod> _functions;
    DataDirectory? _data;

    internal EmbeddedHost(IHost app, EmbeddedHostOptions options, IReadOnlyList<FunctionMethod> functions)
    {
        _app = app;
        _options = options;
        _functions = functions;
    }

    public IServiceProvider Services => _app.Services;

    HostedEngine Engine => Services.GetRequiredService<HostedEngine>();

    WebServer Web => Services.GetRequiredService<WebServer>();

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            CheckOptions();
            var listen = ListenAddress.Parse(_options.Url, _options.AllowRemote);
            listen.ThrowIfTaken();
            _data = DataDirectory.Hold(_options.DataDirectory);
            await PrepareAsync();
            var keys = HubKeys.LoadOrCreate(_data.File("keys.json"));
            await Engine.StartAsync(_data.File("hub.db"), cancellationToken);
            try
            {
                await _app.StartAsync(cancellationToken);
                await Web.StartAsync(listen, keys, _options, _functions, cancellationToken);
                if (!_options.AllowRemote)
                    ListenAddress.ThrowIfExposed(Web.Urls);
            }
            catch (Exception e) when (e is StartFailure or IOException { InnerException: AddressInUseException or SocketException })
            {
                await Web.StopAsync(CancellationToken.None);
                await _app.StopAsync(CancellationToken.None);
                await Engine.StopAsync(CancellationToken.None);
                throw e as StartFailure ?? listen.Taken(e.InnerException!);
            }

            if (_options.OwnsProcess)
            {
                var age = TimeProvider.System.GetUtcNow() - Process.GetCurrentProcess().StartTime.ToUniversalTime();
                Console.Out.WriteLine(
                    $"Data Transfer Hub is ready on {Web.Urls.First()} (data in {_data.Path}, started in {age.TotalSeconds:0.0} s)");
            }
        }
        catch (StartFailure failure)
        {
            _data?.Dispose();
            if (!_options.OwnsProcess)
                throw;
            EndProcess(failure);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        // Requests and timers first, as they may still use the engine. Long requests end when the application is told to stop.
        Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await Web.StopAsync(cancellationToken);
        await _app.StopAsync(cancellationToken);
        var parked = await Engine.StopAsync(cancellationToken);
        _data?.Dispose();
        if (_options.OwnsProcess)
            Console.Out.WriteLine("Data Transfer Hub has stopped; " + Describe(parked));
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (_app is IAsyncDisposable asynchronous)
            await asynchronous.DisposeAsync();
        else
            _app.Dispose();
        _data?.Dispose();
    }

    /// <summary>Writes in one line why the host cannot start, and ends the process.</summary>
    internal static void EndProcess(StartFailure failure)
    {
        Console.Error.WriteLine("Data Transfer Hub cannot start: " + failure.Message);
        Environment.Exit(failure.ExitCode);
    }

    internal static string Describe(IReadOnlyCollection<string> parked) => parked.Count == 0
        ? "no activity had to be parked."
        : $"{parked.Count} running {(parked.Count == 1 ? "activity was" : "activities were")} parked and will run again at the next start: "
          + string.Join(", ", parked.GroupBy(name => name).Select(group => $"{group.Key} × {group.Count()}")) + ".";

    // Options with ValidateOnStart. The web application would validate them too, but only after the engine has started.
    void CheckOptions()
    {
        try
        {
            Services.GetService<IStartupValidator>()?.Validate();
        }
        catch (Exception e) when (e is OptionsValidationException or AggregateException)
        {
            IEnumerable<Exception> found = e is AggregateException several ? several.InnerExceptions : [e];
            var all = found.OfType<OptionsValidationException>();
            throw StartFailure.Option(string.Join(' ', all.SelectMany(failure => failure.Failures)), e);
        }
    }

    async Task PrepareAsync()
    {
        if (_options.Starting is not { } prepare)
            return;
        try
        {
            await prepare(Services);
        }
        catch (Exception e) when (e is not StartFailure)
        {
            throw new StartFailure(e.Message, e);
        }
    }
}
