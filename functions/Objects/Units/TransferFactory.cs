using System.Collections.Concurrent;
using DataTransferHub.Objects.Limits;
using DataTransferHub.Objects.Routes;
using DataTransferHub.Objects.Settings;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Limits;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Objects.Units;

/// <summary>Opens both ends of a run for one activity.</summary>
sealed class TransferFactory(
    StoreFactory stores, SettingsReader reader, IUnprovenItems unproven, ICopiedVersions versions, RunWatch watch,
    MemoryBudget memory, RateLimiters limiters, IOptions<ObjectOptions> options, TimeProvider time, ILogger<TransferFactory> logger)
{
    // By location, so that what one activity sees of a store is known to all others. Only evidence: another process collects its own.
    readonly ConcurrentDictionary<StoreLocation, EndpointHealth> _health = [];

    readonly ConcurrentDictionary<(string Source, string Destination), Lazy<Route>> _routes = [];

    // By the name of the bucket or folder.
    readonly ConcurrentDictionary<string, StoreTrust> _trust = new(StringComparer.Ordinal);

    /// <summary>Does an activity's work as long as its run is open and not paused.</summary>
    /// <param name="run">The run.</param>
    /// <param name="work">The work.</param>
    /// <param name="postponed">The result of work that has to be done again, after an outage or a pause.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="TransferFailedException">The run is impossible or over: another attempt is pointless.</exception>
    public Task<T> WorkAsync<T>(
        RunRequest run, Func<CancellationToken, Task<T>> work, Func<Outage, T> postponed, CancellationToken cancellationToken) =>
        WorkAsync(run, (_, token) => work(token), postponed, cancellationToken);

    /// <summary>
    /// Like the other, for work that begins nothing new once its first token is cancelled, because the run is being paused.
    /// </summary>
    public Task<T> WorkAsync<T>(
        RunRequest run, Func<CancellationToken, CancellationToken, Task<T>> work, Func<Outage, T> postponed,
        CancellationToken cancellationToken) =>
        ActivityFaults.GuardAsync(async () =>
        {
            try
            {
                return await watch.WhileOpenAsync(run, work, cancellationToken);
            }
            catch (OutageException outage)
            {
                return postponed(OutageOf(outage.Fault));
            }
            catch (StoreException fault) when (fault.Fault == StoreFault.BadCredentials)
            {
                return postponed(OutageOf(fault));
            }
            catch (RunPausedException)
            {
                return postponed(Outage.Pause);
            }
        });

    /// <summary>The outage of which a fault is a sign.</summary>
    public Outage OutageOf(StoreException fault) => new(fault.Message, options.Value.OutageLimit);

    /// <exception cref="OutageException">A secret is missing or malformed.</exception>
    /// <exception cref="TransferFailedException">The task's parameters are no longer valid.</exception>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <param name="patience">Once it is cancelled, reads that wait because of a limit are cancelled.</param>
    public async Task<Transfer> OpenAsync(
        RunRequest run, CancellationToken cancellationToken, CancellationToken patience = default)
    {
        var settings = ReadSettings(run);
        var ofTask = await limiters.OfAsync(LimitedScope.OfTask(run.TaskId), cancellationToken);
        var log = LogOf(run);
        return new Transfer(
            settings,
            await OpenAsync(settings.Source, ofTask, patience, cancellationToken),
            await OpenAsync(settings.Destination, ofTask, patience, cancellationToken),
            await UnprovenCopies.LoadAsync(unproven, settings.Destination.Name, cancellationToken),
            new CopiedVersions(versions, settings.Source.Name, settings.Destination.Name),
            _trust.GetOrAdd(settings.Source.Name, _ => new StoreTrust()),
            _trust.GetOrAdd(settings.Destination.Name, _ => new StoreTrust()),
            _routes.GetOrAdd((settings.Source.Name, settings.Destination.Name), _ => new Lazy<Route>(NewRoute)).Value,
            new StoreRetry(time, Random.Shared.NextDouble, options.Value.MaximumAttempts, log.Retrying, HealthOf),
            log);

        EndpointHealth HealthOf(StoreSide side) => Health(side == StoreSide.Source ? settings.Source : settings.Destination);
    }

    Route NewRoute() => new(memory, options.Value.MaximumConcurrentTransfers, time);

    async Task<IObjectStore> OpenAsync(
        StoreLocation location, RateLimiter ofTask, CancellationToken patience, CancellationToken cancellationToken)
    {
        try
        {
            var store = new ObservedStore(await stores.OpenAsync(location, cancellationToken), Health(location));
            var ofEndpoint = await limiters.OfAsync(LimitedScope.OfEndpoint(location.Endpoint), cancellationToken);
            return new LimitedStore(store, [ofTask, ofEndpoint], time, patience);
        }
        catch (StoreException fault) when (fault.Fault == StoreFault.BadCredentials)
        {
            // The secret may be created or corrected while the run waits.
            throw new OutageException(fault);
        }
    }

    EndpointHealth Health(StoreLocation location) => _health.GetOrAdd(location, where => new EndpointHealth(where.Side, time));

    /// <summary>The log of a run's work.</summary>
    public TransferLog LogOf(RunRequest run) => new(logger, run);

    // They were checked when the task was created, possibly by a release that allowed more.
    ObjectTransferSettings ReadSettings(RunRequest run)
    {
        try
        {
            return reader.Read(run.Parameters);
        }
        catch (ArgumentException fault)
        {
            throw new TransferFailedException(fault.Message);
        }
    }
}
