namespace DataTransferHub.Objects.Stores;

/// <summary>
/// Bounded retries of transient faults: exponential backoff with full jitter, never less than the store asked for.
/// </summary>
/// <param name="time">Measures the pauses.</param>
/// <param name="random">Gives numbers from 0 to 1 for the jitter.</param>
/// <param name="maximumAttempts">How often a thing is tried in all.</param>
sealed class StoreRetry(TimeProvider time, Func<double> random, int maximumAttempts)
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    static readonly TimeSpan LongestAskedPause = TimeSpan.FromSeconds(60);

    public int MaximumAttempts => maximumAttempts;

    /// <summary>Runs the work until it succeeds, fails for good or has been tried often enough. It is told its attempt, from 1.</summary>
    public async Task<T> RunAsync<T>(Func<int, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work(attempt, cancellationToken);
            }
            catch (StoreException fault) when (fault.IsTransient && attempt < maximumAttempts)
            {
                await Task.Delay(Pause(attempt, fault), time, cancellationToken);
            }
        }
    }

    /// <summary>
    /// As <see cref="RunAsync{T}(Func{int, CancellationToken, Task{T}}, CancellationToken)"/>, for work that needs no attempt number.
    /// </summary>
    public Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        RunAsync((_, token) => work(token), cancellationToken);

    /// <summary>As the others, for work without a result.</summary>
    public Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken) =>
        RunAsync(
            async (_, token) =>
            {
                await work(token);
                return true;
            },
            cancellationToken);

    /// <summary>How long to wait after the given attempt failed.</summary>
    public TimeSpan Pause(int attempt, StoreException fault)
    {
        if (fault.Fault == StoreFault.Realigned)
            return TimeSpan.Zero;
        var ceiling = Math.Min(LongestPause.TotalMilliseconds, FirstPause.TotalMilliseconds * Math.Pow(2, attempt - 1));
        var pause = TimeSpan.FromMilliseconds(random() * ceiling);
        var asked = fault.RetryAfter ?? TimeSpan.Zero;
        if (asked > LongestAskedPause)
            asked = LongestAskedPause;
        return pause > asked ? pause : asked;
    }
}
