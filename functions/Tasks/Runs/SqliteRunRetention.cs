using Dapper;
using DataTransferHub.Sqlite;
using DataTransferHub.Tasks.Store;
using Microsoft.Data.Sqlite;

namespace DataTransferHub.Tasks.Runs;

/// <summary>The retention of the ledger in SQLite.</summary>
sealed class SqliteRunRetention(TaskDatabase database) : IRunRetention
{
    // Rows removed in one transaction. It bounds how long the writer is busy with them: some milliseconds.
    const int RowsAtOnce = 1000;

    // States of runs.compacted.
    const int Closed = 1;
    const int Compacted = 2;

    readonly DatabaseFile _file = database.File;

    public Task<IReadOnlyList<string>> ListExpiredAsync(
        DateTimeOffset finishedBefore, int runsPerTask, int count, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(_file.Read(connection => connection.Query<string>(
            """
            SELECT run_id FROM (
                SELECT run_id, task_id, started_at, finished_at,
                    row_number() OVER (PARTITION BY task_id ORDER BY started_at DESC, length(run_id) DESC, run_id DESC) AS age
                FROM runs) AS run
            WHERE finished_at IS NOT NULL AND age > 1 AND (age > @runsPerTask OR finished_at < @before)
                AND NOT EXISTS (
                    SELECT 1 FROM tasks
                    WHERE id = task_id AND (retry_of = run_id OR id || '-r' || run_count = run_id))
                AND NOT EXISTS (SELECT 1 FROM leftovers WHERE leftovers.task_id = run.task_id AND leftovers.run_id = run.run_id)
            ORDER BY started_at LIMIT @count
            """,
            new { before = finishedBefore.ToUnixTimeMilliseconds(), runsPerTask, count }).ToList()));

    public Task<bool> RemoveAsync(string runId, CancellationToken cancellationToken) => _file.WriteAsync(
        connection =>
        {
            if (!RemoveReports(connection, runId) || !IsEmptied(RemoveFailures(connection, runId)))
                return false;
            connection.Execute("DELETE FROM rates WHERE run_id = @runId; DELETE FROM runs WHERE run_id = @runId", new { runId });
            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<string>> ListUncompactedAsync(
        DateTimeOffset finishedBefore, int count, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(_file.Read(connection => connection.Query<string>(
            $"SELECT run_id FROM runs WHERE compacted < {Compacted} AND finished_at < @before ORDER BY finished_at LIMIT @count",
            new { before = finishedBefore.ToUnixTimeMilliseconds(), count }).ToList()));

    public Task<bool> CompactAsync(string runId, CancellationToken cancellationToken) => _file.WriteAsync(
        connection =>
        {
            // Before the first row goes, so that no report is counted twice between two calls.
            connection.Execute(
                $"UPDATE runs SET compacted = {Closed} WHERE run_id = @runId AND compacted < {Closed}", new { runId });
            if (!RemoveReports(connection, runId))
                return false;
            connection.Execute($"UPDATE runs SET compacted = {Compacted} WHERE run_id = @runId", new { runId });
            return true;
        },
        cancellationToken);

    static bool RemoveReports(SqliteConnection connection, string runId) =>
        IsEmptied(connection.Execute(
            $"""
            DELETE FROM units WHERE run_id = @runId AND unit_id IN (
                SELECT unit_id FROM units WHERE run_id = @runId ORDER BY unit_id LIMIT {RowsAtOnce})
            """,
            new { runId }))
        && IsEmptied(connection.Execute(
            $"""
            DELETE FROM batches WHERE run_id = @runId AND batch IN (
                SELECT batch FROM batches WHERE run_id = @runId ORDER BY batch LIMIT {RowsAtOnce})
            """,
            new { runId }));

    static int RemoveFailures(SqliteConnection connection, string runId) => connection.Execute(
        $"""
        DELETE FROM failed_items WHERE run_id = @runId AND (key, unit_id) IN (
            SELECT key, unit_id FROM failed_items WHERE run_id = @runId ORDER BY key, unit_id LIMIT {RowsAtOnce})
        """,
        new { runId });

    static bool IsEmptied(int removed) => removed < RowsAtOnce;
}
