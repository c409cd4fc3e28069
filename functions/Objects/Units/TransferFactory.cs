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
    /// <exception cref="TransferFailedException">The task's parameters are not good any more.</exception>
    public async Task<Transfer> OpenAsync(RunRequest run, CancellationToken cancellationToken)
    {
        var settings = ReadSettings(run);
        var log = new TransferLog(logger, run);
        return new Transfer(
            settings,
            await stores.OpenAsync(settings.Source, cancellationToken),
            await stores.OpenAsync(settings.Destination, cancellationToken),
            await UnprovenCopies.LoadAsync(unproven, $"{settings.Destination.Service}{settings.Destination.Bucket}", cancellationToken),
            new StoreRetry(time, Random.Shared.NextDouble, options.Value.MaximumAttempts, log.Retrying),
            log);
    }

    // They were checked when the task was created, maybe by a release that allowed more.
    static ObjectTransferSettings ReadSettings(RunRequest run)
    {
        try
        {
            return ObjectTransferSettings.Read(run.Parameters);
        }
        catch (ArgumentException fault)
        {
            throw new TransferFailedException(fault.Message);
        }
    }
}
