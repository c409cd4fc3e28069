namespace DataTransferHub.Objects.Stores;

/// <summary>
/// Bounded retries of transient faults: exponential backoff with full jitter, never shorter than the delay that the store asked for.
/// </summary>
/// <param name="time">Measures the pauses.</param>
/// <param name="random">Returns numbers from 0 to 1 for the jitter.</param>
/// <param name="maximumAttempts">Maximum number of attempts in all.</param>
/// <param name="retrying">Called before each pause with the item, the fault, the failed attempt, and the pause.</param>
/// <param name="healthOf">The health of each end; null if faults are never taken for outages.</param>
sealed class StoreRetry(
    TimeProvider time, Func<double> random, int maximumAttempts, Action<string?, StoreException, int, TimeSpan>? retrying = null,
    Func<StoreSide, EndpointHealth>? healthOf = null)
{
    // A store that has failed for so long, without a success in between, has an outage, however few attempts that were: with long time-outs
    // all attempts would take longer than an activity should.
    static readonly TimeSpan LongestDoubt = TimeSpan.FromSeconds(30);

    const int MostUnfairAttempts = 3;

    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    static readonly TimeSpan LongestAskedPause = TimeSpan.FromSeconds(60);

    public int MaximumAttempts => maximumAttempts;

    /// <summary>
    /// Runs the work until it succeeds, fails permanently, or reaches the maximum number of attempts. It gets its attempt number, from 1.
    /// Credentials are retried too, as those that were just replaced may not be known everywhere yet.
    /// </summary>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Cancels the work and the pauses.</param>
    /// <param name="item">The key, for the log.</param>
    /// <exception cref="StoreException">The work failed permanently, but the store works for others.</exception>
    /// <exception cref="OutageException">The store fails as a whole.</exception>
    public async Task<T> RunAsync<T>(
        Func<int, CancellationToken, Task<T>> work, CancellationToken cancellationToken, string? item = null)
    {
        long? firstFailure = null;
        StoreException? last = null;
        for (var attempt = 1; ; attempt++)
        {
            // An attempt that began during an outage may fail after its end, when others have succeeded: that is no failure of this alone.
            var hasFairChance = last is null || !last.MayConcernWholeStore || healthOf is null
                || healthOf(last.Side).FailingSince(firstFailure!.Value) is null;
            try
            {
                return await work(attempt, cancellationToken);
            }
            catch (StoreException fault) when (fault.IsTransient || fault.MayConcernWholeStore)
            {
                firstFailure ??= time.GetTimestamp();
                ThrowIfOutage(fault, firstFailure.Value, attempt);
                last = fault;
                if (attempt >= maximumAttempts && (hasFairChance || attempt >= maximumAttempts + MostUnfairAttempts)
                    || !fault.IsTransient && healthOf is null)
                    throw;
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

    void ThrowIfOutage(StoreException fault, long firstFailure, int attempt)
    {
        // Rejected keys are never the fault of one object.
        if (fault.Fault == StoreFault.BadCredentials && healthOf is not null && attempt >= maximumAttempts)
            throw new OutageException(fault);
        if (!fault.MayConcernWholeStore || healthOf?.Invoke(fault.Side).FailingSince(firstFailure) is not { } failing)
            return;
        if (attempt >= maximumAttempts || failing >= LongestDoubt && attempt > 1)
            throw new OutageException(fault);
    }

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
