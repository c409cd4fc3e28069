using DataTransferHub.Engine.Catalog;
using DataTransferHub.Engine.Client;
using DataTransferHub.Engine.Dispatch;
using DataTransferHub.Engine.Storage;
using DataTransferHub.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine;

/// <summary>
/// The embedded durable task engine: a file, the orchestrators and activities of a catalog, and a client. Everything that
/// <see cref="Client"/> has confirmed, and every step of an orchestrator, survives the process.
/// </summary>
sealed partial class DurableEngine : IAsyncDisposable
{
    readonly DurableEngineOptions _options;
    readonly IFunctionCatalog _catalog;
    readonly DataConverter _converter;
    readonly TimeProvider _time;
    readonly ILoggerFactory _loggers;
    readonly ILogger _log;
    readonly EmbeddedDurableTaskClient _client;
    readonly SemaphoreSlim _lifecycle = new(1);

    bool _disposed;

    // Not null while the engine runs.
    volatile Dispatcher? _running;

    public DurableEngine(
        DurableEngineOptions options, IFunctionCatalog catalog, DataConverter converter, TimeProvider time, ILoggerFactory logs)
    {
        _options = options;
        _catalog = catalog;
        _converter = converter;
        _time = time;
        _loggers = logs;
        _log = logs.CreateLogger("DataTransferHub.Engine");
        _client = new EmbeddedDurableTaskClient(options.HubName, converter, () => Running);
    }

    /// <summary>The client; throws <see cref="InvalidOperationException"/> unless the engine is running.</summary>
    public DurableTaskClient Client => _client;

    internal Dispatcher Running => _running
        ?? throw new InvalidOperationException("The engine is not running: it has not been started, or it has stopped.");

    /// <summary>Opens the file and restores its instances.</summary>
    /// <exception cref="DatabaseException">The file is in use, damaged, of a newer version, or cannot be opened.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _lifecycle.WaitAsync(cancellationToken);
        try
        {
            if (_running is not null)
                return;
            var store = await Task.Run(() => Store.Open(_options.DatabasePath, _options.HubName, _log), cancellationToken);
            var dispatcher = new Dispatcher(store, _options, _catalog, _converter, _time, _loggers);
            try
            {
                var taken = await Task.Run(() => new Recovery(dispatcher).RunAsync(cancellationToken), cancellationToken);
                _running = dispatcher;
                dispatcher.StartEpisodes();
                LogStarted(_log, _options.DatabasePath, taken);
            }
            catch
            {
                dispatcher.Dispose();
                store.Dispose();
                throw;
            }
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    /// <summary>
    /// Starts no more activities, waits up to <see cref="DurableEngineOptions.ShutdownGrace"/> (or until
    /// <paramref name="cancellationToken"/>) for the running ones to finish, cancels the rest, writes what is queued and closes the file.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _lifecycle.WaitAsync(CancellationToken.None);
        try
        {
            if (_running is not { } dispatcher)
                return;
            await dispatcher.Activities.StopAsync(_options.ShutdownGrace, cancellationToken);
            await dispatcher.DrainAsync(TimeSpan.FromSeconds(2));
            _running = null;
            await Task.Run(dispatcher.Store.Dispose, CancellationToken.None);
            dispatcher.Dispose();
            LogStopped(_log);
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    /// <summary>What an instance waits for; null if there is no such unfinished instance.</summary>
    public InstanceWaiting? DescribeWaiting(string instanceId) => InstanceWaiting.Describe(Running, instanceId);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        await StopAsync(CancellationToken.None);
        _lifecycle.Dispose();
    }

    /// <summary>Ends like a killed process: without further writes and without waiting. For tests.</summary>
    internal void Abandon()
    {
        if (_running is not { } dispatcher)
            return;
        _running = null;
        dispatcher.StopEpisodes();
        dispatcher.Store.Abandon();
        dispatcher.Activities.Abandon();
        dispatcher.Timers.Dispose();
    }

    [LoggerMessage(150, LogLevel.Information, "The engine runs on {Path}, with {Count} unfinished instances.")]
    static partial void LogStarted(ILogger log, string path, int count);

    [LoggerMessage(151, LogLevel.Information, "The engine has stopped; unfinished instances continue at the next start.")]
    static partial void LogStopped(ILogger log);
}
