using System.Collections.Concurrent;
using DataTransferHub.Objects.Settings;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Objects.Units;

/// <summary>Opens both ends of a run for one activity.</summary>
sealed class TransferFactory(
    StoreFactory stores, SettingsReader reader, IUnprovenItems unproven, RunWatch watch, IOptions<ObjectOptions> options, TimeProvider time,
    ILogger<TransferFactory> logger)
{
    // By the name of the bucket or folder.
    readonly ConcurrentDictionary<string, StoreTrust> _trust = new(StringComparer.Ordinal);

    /// <summary>Does an activity's work as long as its run is open.</summary>
    /// <exception cref="TransferFailedException">The run is impossible or over: another attempt is pointless.</exception>
    public Task<T> WorkAsync<T>(RunRequest run, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        ActivityFaults.GuardAsync(() => watch.WhileOpenAsync(run.RunId, work, cancellationToken));

    /// <exception cref="StoreException">A secret is missing or malformed.</exception>
    /// <exception cref="TransferFailedException">The task's parameters are no longer valid.</exception>
    public async Task<Transfer> OpenAsync(RunRequest run, CancellationToken cancellationToken)
    {
        var settings = ReadSettings(run);
        var log = LogOf(run);
        return new Transfer(
            settings,
            await stores.OpenAsync(settings.Source, cancellationToken),
            await stores.OpenAsync(settings.Destination, cancellationToken),
            await UnprovenCopies.LoadAsync(unproven, settings.Destination.Name, cancellationToken),
            _trust.GetOrAdd(settings.Source.Name, _ => new StoreTrust()),
            _trust.GetOrAdd(settings.Destination.Name, _ => new StoreTrust()),
            new StoreRetry(time, Random.Shared.NextDouble, options.Value.MaximumAttempts, log.Retrying),
            log);
    }

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
