using DataTransferHub.Engine.Dispatch;
using DataTransferHub.Engine.Hosting.Functions;
using DataTransferHub.Engine.Hosting.Settings;
using DataTransferHub.Sqlite;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Engine.Hosting.Durable;

/// <summary>The durable engine as part of the host: it starts before everything that may use it, and stops after it.</summary>
sealed class HostedEngine(
    EmbeddedHostOptions options,
    HostJson settings,
    FunctionCatalog catalog,
    IOptions<WorkerOptions> worker,
    TimeProvider time,
    ILoggerFactory loggers) : IDurableHost, IAsyncDisposable
{
    DurableEngine? _engine;

    public DataConverter Converter { get; } = new WorkerDataConverter(worker.Value.Serializer!);

    public DurableTaskClient Client => _engine?.Client ?? throw new InvalidOperationException("The engine has not been started.");

    /// <summary>Opens the file and restores its instances.</summary>
    /// <exception cref="StartFailure">The file cannot be used; the message says why.</exception>
    internal async Task StartAsync(string databasePath, CancellationToken cancellation)
    {
        var engineOptions = new DurableEngineOptions
        {
            DatabasePath = databasePath,
            HubName = settings.HubName,
            MaxConcurrentActivities = settings.MaxConcurrentActivities,
            MaxConcurrentOrchestrators = settings.MaxConcurrentOrchestrators,
            ShutdownGrace = options.ShutdownGrace,
        };
        _engine = new DurableEngine(engineOptions, catalog, Converter, time, loggers);
        try
        {
            await _engine.StartAsync(cancellation);
        }
        catch (DatabaseException e)
        {
            throw new StartFailure(e.Message, e);
        }
    }

    /// <summary>Waits up to the grace period for running activities, and parks the rest. Returns the names of the parked ones.</summary>
    internal async Task<IReadOnlyCollection<string>> StopAsync(CancellationToken cancellation)
    {
        catalog.Park();
        if (_engine is not null)
            await _engine.StopAsync(cancellation);
        return catalog.Parked;
    }

    public async ValueTask DisposeAsync()
    {
        if (_engine is not null)
            await _engine.DisposeAsync();
    }
}
