using System.Collections.Concurrent;
using DataTransferHub.Tasks.Limits;

namespace DataTransferHub.Objects.Limits;

/// <summary>
/// The limiters of all tasks and endpoints in use. A change in this process applies at once, one in another process when the next activity
/// begins, which is within about a minute.
/// </summary>
sealed class RateLimiters
{
    readonly IRateLimitStore _store;
    readonly TimeProvider _time;
    readonly ConcurrentDictionary<LimitedScope, RateLimiter> _limiters = [];

    /// <param name="store">Where the limits are stored.</param>
    /// <param name="time">Measures the rates.</param>
    public RateLimiters(IRateLimitStore store, TimeProvider time)
    {
        (_store, _time) = (store, time);
        store.Changed += (scope, limits) =>
        {
            if (_limiters.TryGetValue(scope, out var limiter))
                limiter.Set(limits);
        };
    }

    /// <summary>The limiter of a task or an endpoint, with its present limits.</summary>
    public async Task<RateLimiter> OfAsync(LimitedScope scope, CancellationToken cancellationToken)
    {
        var limiter = _limiters.GetOrAdd(scope, _ => new RateLimiter(_time));
        try
        {
            limiter.Set(await _store.GetAsync(scope, cancellationToken));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The last known limits hold while the records cannot be read.
        }

        return limiter;
    }
}
