using Dapper;
using DataTransferHub.Sqlite;
using DataTransferHub.Tasks.Store;
using Microsoft.Data.Sqlite;

namespace DataTransferHub.Tasks.DryRuns;

/// <summary>The dry runs in <c>tasks.db</c>.</summary>
sealed class SqliteDryRunStore(TaskDatabase database, TimeProvider time) : IDryRunStore
{
    readonly DatabaseFile _file = database.File;

    long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    public Task<DryRun?> FindAsync(string taskId, CancellationToken cancellationToken) =>
        Task.FromResult(_file.Read(connection => Find(connection, taskId)));

    public Task<DryRun?> BeginAsync(string taskId, DryRun? before, CancellationToken cancellationToken)
    {
        var now = Now;
        return _file.WriteAsync(
            connection =>
            {
                if (Find(connection, taskId)?.Number != before?.Number)
                    return null;
                connection.Execute(
                    """
                    INSERT OR REPLACE INTO dry_runs (task_id, number, state, found, to_copy, bytes, started_at)
                    VALUES (@taskId, @number, 'Running', 0, 0, 0, @now)
                    """,
                    new { taskId, number = (before?.Number ?? 0) + 1, now });
                return Find(connection, taskId);
            },
            cancellationToken);
    }

    public Task<bool> RecordAsync(
        string taskId, int number, DryRunCounts counts, DryRunState state, string? error, CancellationToken cancellationToken)
    {
        long? ended = state is DryRunState.Running ? null : Now;
        return _file.WriteAsync(
            connection => connection.Execute(
                """
                UPDATE dry_runs SET found = @Found, to_copy = @ToCopy, bytes = @Bytes, state = @state, error = @error, ended_at = @ended
                WHERE task_id = @taskId AND number = @number AND state = 'Running'
                """,
                new { counts.Found, counts.ToCopy, counts.Bytes, state = state.ToString(), error, ended, taskId, number }) > 0
                && state is DryRunState.Running,
            cancellationToken);
    }

    static DryRun? Find(SqliteConnection connection, string taskId) => connection.QuerySingleOrDefault<Row>(
        """
        SELECT task_id TaskId, number Number, state State, found Found, to_copy ToCopy, bytes Bytes, started_at StartedAt,
            ended_at EndedAt, error Error
        FROM dry_runs WHERE task_id = @taskId
        """,
        new { taskId })?.ToDryRun();

    sealed record Row(
        string TaskId, long Number, string State, long Found, long ToCopy, long Bytes, long StartedAt, long? EndedAt, string? Error)
    {
        public DryRun ToDryRun() => new(
            TaskId, (int)Number, Enum.Parse<DryRunState>(State), new DryRunCounts(Found, ToCopy, Bytes),
            DateTimeOffset.FromUnixTimeMilliseconds(StartedAt),
            EndedAt is { } ended ? DateTimeOffset.FromUnixTimeMilliseconds(ended) : null, Error);
    }
}
