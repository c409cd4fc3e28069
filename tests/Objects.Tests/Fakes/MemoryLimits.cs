using System.Collections.Concurrent;
using DataTransferHub.Tasks.Limits;

namespace DataTransferHub.Objects.Tests.Fakes;

/// <summary>Limits in memory.</summary>
sealed class MemoryLimits : IRateLimitStore
{
    readonly ConcurrentDictionary<LimitedScope, RateLimits> _limits = [];

    public event Action<LimitedScope, RateLimits>? Changed;

    public Task<RateLimits> GetAsync(LimitedScope scope, CancellationToken cancellationToken) =>
        Task.FromResult(_limits.GetValueOrDefault(scope, RateLimits.None));

    public Task SetAsync(LimitedScope scope, RateLimits limits, CancellationToken cancellationToken)
    {
        _limits[scope] = limits;
        Changed?.Invoke(scope, limits);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> ListEndpointsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(
            [.. _limits.Keys.Where(scope => scope.Kind == LimitedKind.Endpoint).Select(scope => scope.Name)]);
}
