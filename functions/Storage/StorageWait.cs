using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Storage;

/// <summary>
/// Waits where the hub's own storage fails for a reason that may pass: a full disk, an input/output error. For work that goes on in the
/// background; requests of users are answered at once instead.
/// </summary>
sealed partial class StorageWait(IOptions<HubOptions> options, TimeProvider time, ILogger<StorageWait> logger)
{
    static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    /// <summary>Repeats a step until the storage takes it, at most for <see cref="HubOptions.StoragePatience"/>.</summary>
    /// <param name="step">The step; it must be possible to repeat it.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The result of the step.</returns>
    public async Task<T> WhileItMayPassAsync<T>(Func<Task<T>> step, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        for (var delay = FirstDelay; ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            try
            {
                return await step();
            }
            catch (Exception e) when (StorageException.Find(e, options.Value.DataDirectory) is { MayPass: true } fault
                && time.GetElapsedTime(begun) < options.Value.StoragePatience)
            {
                LogWaiting(fault.Message, delay.TotalSeconds);
            }

            await Task.Delay(delay, time, cancellationToken);
        }
    }

    [LoggerMessage(3011, LogLevel.Warning, "{Reason} The work that needs it is tried again in {Seconds:0} s.")]
    partial void LogWaiting(string reason, double seconds);
}
