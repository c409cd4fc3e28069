using Dapper;
using DataTransferHub.Sqlite;
using DataTransferHub.Tasks.Store;
using Microsoft.Data.Sqlite;

namespace DataTransferHub.Tasks.Runs;

/// <summary>The leftovers in <c>tasks.db</c>.</summary>
sealed class SqliteLeftovers(TaskDatabase database, TimeProvider time) : ILeftovers
{
    readonly DatabaseFile _file = database.File;

    public Task RecordAsync(string taskId, string runId, IReadOnlyList<LeftItem> left, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return _file.WriteAsync(connection => Record(connection, taskId, runId, left, now), cancellationToken);
    }

    public Task<IReadOnlyList<Leftover>> ListAsync(string taskId, int count, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Leftover>>(_file.Read(connection => connection.Query<Row>(
            """
            SELECT run_id RunId, item Item, name Name, reason Reason, since Since, last_attempt LastAttempt, attempts Attempts
            FROM leftovers WHERE task_id = @taskId ORDER BY since, run_id, item, name LIMIT @count
            """,
            new { taskId, count })
            .Select(row => new Leftover(
                row.RunId, new LeftItem(row.Item, row.Name, row.Reason), DateTimeOffset.FromUnixTimeMilliseconds(row.Since),
                DateTimeOffset.FromUnixTimeMilliseconds(row.LastAttempt), (int)row.Attempts))
            .ToList()));

    public Task<IReadOnlyList<LeftoverRun>> ListRunsAsync(string? taskId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LeftoverRun>>(_file.Read(connection => connection.Query<LeftoverRun>(
            "SELECT DISTINCT task_id TaskId, run_id RunId FROM leftovers WHERE @taskId IS NULL OR task_id = @taskId", new { taskId })
            .ToList()));

    static int Record(SqliteConnection connection, string taskId, string runId, IReadOnlyList<LeftItem> left, long now)
    {
        foreach (var item in left)
        {
            connection.Execute(
                """
                INSERT INTO leftovers (task_id, run_id, item, name, reason, since, last_attempt, attempts)
                VALUES (@taskId, @runId, @Item, @Name, @Reason, @now, @now, 1)
                ON CONFLICT DO UPDATE SET reason = excluded.reason, last_attempt = @now, attempts = attempts + 1
                """,
                new { taskId, runId, item.Item, item.Name, item.Reason, now });
        }

        var names = left.Select(item => (item.Item, item.Name)).ToHashSet();
        var gone = connection.Query<Row>(
            """
            SELECT run_id RunId, item Item, name Name, reason Reason, since Since, last_attempt LastAttempt, attempts Attempts
            FROM leftovers WHERE task_id = @taskId AND run_id = @runId
            """,
            new { taskId, runId })
            .Where(row => !names.Contains((row.Item, row.Name)))
            .ToList();
        foreach (var row in gone)
        {
            connection.Execute(
                "DELETE FROM leftovers WHERE task_id = @taskId AND run_id = @runId AND item = @Item AND name = @Name",
                new { taskId, runId, row.Item, row.Name });
        }

        return gone.Count;
    }

    sealed record Row(string RunId, string Item, string Name, string Reason, long Since, long LastAttempt, long Attempts);
}
