using Dapper;
using DataTransferHub.Sqlite;
using DataTransferHub.Tasks.Store;

namespace DataTransferHub.Tasks.Limits;

/// <summary>The limits in <c>tasks.db</c>.</summary>
sealed class SqliteRateLimitStore(TaskDatabase database) : IRateLimitStore
{
    readonly DatabaseFile _file = database.File;

    public event Action<LimitedScope, RateLimits>? Changed;

    public Task<RateLimits> GetAsync(LimitedScope scope, CancellationToken cancellationToken) =>
        Task.FromResult(_file.Read(connection => connection.QuerySingleOrDefault<RateLimits>(
            """
            SELECT bytes_per_second BytesPerSecond, requests_per_second RequestsPerSecond FROM rate_limits
            WHERE kind = @Kind AND name = @Name
            """,
            Key(scope)) ?? RateLimits.None));

    public async Task SetAsync(LimitedScope scope, RateLimits limits, CancellationToken cancellationToken)
    {
        await _file.WriteAsync(
            connection => limits == RateLimits.None
                ? connection.Execute("DELETE FROM rate_limits WHERE kind = @Kind AND name = @Name", Key(scope))
                : connection.Execute(
                    "INSERT OR REPLACE INTO rate_limits VALUES (@Kind, @Name, @BytesPerSecond, @RequestsPerSecond)",
                    new { Kind = scope.Kind.ToString(), scope.Name, limits.BytesPerSecond, limits.RequestsPerSecond }),
            cancellationToken);
        Changed?.Invoke(scope, limits);
    }

    public Task<IReadOnlyList<string>> ListEndpointsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(_file.Read(connection => connection
            .Query<string>(
                "SELECT name FROM rate_limits WHERE kind = @Kind ORDER BY name", new { Kind = nameof(LimitedKind.Endpoint) })
            .ToList()));

    static object Key(LimitedScope scope) => new { Kind = scope.Kind.ToString(), scope.Name };
}
