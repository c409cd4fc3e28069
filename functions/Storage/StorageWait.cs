using System.Collections.Concurrent;
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

    readonly ConcurrentDictionary<object, StorageDelay> _delays = new();

    /// <summary>The wait that has lasted longest, or null when nothing waits.</summary>
    public StorageDelay? Longest => _delays.Values.MinBy(delay => delay.Since);

    /// <summary>Repeats a step until the storage takes it, at most for <see cref="HubOptions.StoragePatience"/>.</summary>
    /// <param name="step">The step; it must be possible to repeat it.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The result of the step.</returns>
    public async Task<T> WhileItMayPassAsync<T>(Func<Task<T>> step, CancellationToken cancellationToken)
    {
        var (begun, since, key) = (time.GetTimestamp(), time.GetUtcNow(), new object());
        try
        {
            return await RepeatAsync();
        }
        finally
        {
            _delays.TryRemove(key, out _);
        }

        async Task<T> RepeatAsync()
        {
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
                    _delays[key] = new StorageDelay(fault.Message, since, time.GetUtcNow() + delay);
                }

                await Task.Delay(delay, time, cancellationToken);
            }
        }
    }

    [LoggerMessage(3011, LogLevel.Warning, "{Reason} The work that needs it is tried again in {Seconds:0} s.")]
    partial void LogWaiting(string reason, double seconds);
}

/// <summary>A step that waits for the storage.</summary>
/// <param name="Reason">What is wrong with the storage, and the remedy.</param>
/// <param name="Since">When it was tried first, UTC.</param>
/// <param name="NextAttempt">When it is tried again, UTC.</param>
sealed record StorageDelay(string Reason, DateTimeOffset Since, DateTimeOffset NextAttempt);
