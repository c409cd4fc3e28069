namespace DataTransferHub.Objects.Stores;

/// <summary>
/// Bounded retries of transient faults: exponential backoff with full jitter, never shorter than the delay that the store asked for.
/// </summary>
/// <param name="time">Measures the pauses.</param>
/// <param name="random">Returns numbers from 0 to 1 for the jitter.</param>
/// <param name="maximumAttempts">Maximum number of attempts in all.</param>
/// <param name="retrying">Called before each pause with the item, the fault, the failed attempt, and the pause.</param>
sealed class StoreRetry(
    TimeProvider time, Func<double> random, int maximumAttempts, Action<string?, StoreException, int, TimeSpan>? retrying = null)
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    static readonly TimeSpan LongestAskedPause = TimeSpan.FromSeconds(60);

    public int MaximumAttempts => maximumAttempts;

    /// <summary>
    /// Runs the work until it succeeds, fails permanently, or reaches the maximum number of attempts. It gets its attempt number, from 1.
    /// </summary>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Cancels the work and the pauses.</param>
    /// <param name="item">The key, for the log.</param>
    public async Task<T> RunAsync<T>(
        Func<int, CancellationToken, Task<T>> work, CancellationToken cancellationToken, string? item = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work(attempt, cancellationToken);
            }
            catch (StoreException fault) when (fault.IsTransient && attempt < maximumAttempts)
            {
                var pause = Pause(attempt, fault);
                retrying?.Invoke(item, fault, attempt, pause);
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }

    /// <summary>
    /// Like <see cref="RunAsync{T}(Func{int, CancellationToken, Task{T}}, CancellationToken, string)"/>, for work that needs no attempt
    /// number.
    /// </summary>
    public Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken, string? item = null) =>
        RunAsync((_, token) => work(token), cancellationToken, item);

    /// <summary>Like the others, for work without a result.</summary>
    public Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken, string? item = null) =>
        RunAsync(
            async (_, token) =>
            {
                await work(token);
                return true;
            },
            cancellationToken,
            item);

    /// <summary>How long to wait after a failed attempt.</summary>
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
