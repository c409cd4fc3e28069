namespace DataTransferHub.Tasks.Limits;

/// <summary>Stores the limits of tasks and endpoints.</summary>
interface IRateLimitStore
{
    /// <summary>Is raised when limits have been changed through this object.</summary>
    event Action<LimitedScope, RateLimits>? Changed;

    /// <summary>The limits of one task or endpoint; <see cref="RateLimits.None"/> if none were set.</summary>
    Task<RateLimits> GetAsync(LimitedScope scope, CancellationToken cancellationToken);

    /// <summary>Replaces the limits of one task or endpoint.</summary>
    Task SetAsync(LimitedScope scope, RateLimits limits, CancellationToken cancellationToken);

    /// <summary>The names of all endpoints that have limits, ordered.</summary>
    Task<IReadOnlyList<string>> ListEndpointsAsync(CancellationToken cancellationToken);
}
