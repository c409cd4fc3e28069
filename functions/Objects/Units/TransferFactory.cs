using DataTransferHub.Objects.Settings;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Objects.Units;

/// <summary>Opens both ends of a run for one activity.</summary>
sealed class TransferFactory(
    StoreFactory stores, IUnprovenItems unproven, IOptions<ObjectOptions> options, TimeProvider time, ILogger<TransferFactory> logger)
{
    /// <exception cref="StoreException">A secret is missing or malformed.</exception>
    public async Task<Transfer> OpenAsync(RunRequest run, CancellationToken cancellationToken)
    {
        var settings = ObjectTransferSettings.Read(run.Parameters);
        var log = new TransferLog(logger, run);
        return new Transfer(
            settings,
            await stores.OpenAsync(settings.Source, cancellationToken),
            await stores.OpenAsync(settings.Destination, cancellationToken),
            await UnprovenCopies.LoadAsync(unproven, $"{settings.Destination.Service}{settings.Destination.Bucket}", cancellationToken),
            new StoreRetry(time, Random.Shared.NextDouble, options.Value.MaximumAttempts, log.Retrying),
            log);
    }
}
