using Dapper;
using DataTransferHub.Sqlite;
using Microsoft.Data.Sqlite;

namespace DataTransferHub.Tasks.Store;

/// <summary>
/// Marks in a rescued <c>tasks.db</c> what is lost: a lost task is shown as an error, and a run that has lost reports cannot end as if it
/// were complete.
/// </summary>
static class TaskDatabaseRescue
{
    // Every API knows this type, whatever the task was.
    const string AnyType = "S3EC2";

    public static void Mend(RescuedFile file)
    {
        var connection = file.Connection;
        var now = file.Now.ToUnixTimeMilliseconds();
        foreach (var task in file.LostOf("tasks"))
            MarkTask(connection, task, file.Path, now);
        foreach (var run in file.LostOf("runs").Where(run => run.Values.GetValueOrDefault("finished_at") is null))
            RestoreRun(connection, run);

        // Their orchestrations end when their record is closed.
        connection.Execute(
            """
            UPDATE runs SET finished_at = @now
            WHERE finished_at IS NULL AND task_id NOT IN (SELECT id FROM tasks WHERE run_state = 'Running')
            """,
            new { now });
        MarkIncompleteRuns(connection);
        foreach (var table in (string[])["batches", "units", "failed_items", "rates"])
            connection.Execute($"DELETE FROM {table} WHERE run_id NOT IN (SELECT run_id FROM runs)");
    }

    // The indexes know the id, and the time if the page of the record alone is lost.
    static void MarkTask(SqliteConnection connection, LostRow task, string path, long now) => connection.Execute(
        """
        INSERT OR IGNORE INTO tasks (id, type, description, schedule_type, parameters, created_at, progress, error_code, error_message,
                                     run_count, run_state, wanted)
        VALUES (@id, @type, @description, 'OneTime', '[]', @created, 'Error', 'UnKnown', @message, 0, 'None', 'None')
        """,
        new
        {
            id = task.Values["id"],
            type = AnyType,
            description = "A task whose record is lost",
            created = task.Values.GetValueOrDefault("created_at") ?? now,
            message = $"'{path}' was damaged, and the record of this task is lost with its type and its parameters. Create the task again "
                + "and stop this one, or restore the data folder from a backup.",
        });

    // Reports of a run that has not ended are all there, so its sums can be formed again.
    static void RestoreRun(SqliteConnection connection, LostRow run)
    {
        if (run.Values.GetValueOrDefault("started_at") is not { } started)
            return;
        connection.Execute(
            """
            INSERT OR IGNORE INTO runs (run_id, task_id, started_at, found, bytes_found, skipped_when_found, archived_when_found, to_copy,
                                        bytes_to_copy, last_batches, copied, bytes_copied, skipped_when_copied, archived_when_copied,
                                        failed, bytes_failed)
            SELECT @runId, @taskId, @started, b.*, u.*
            FROM (SELECT ifnull(sum(found), 0), ifnull(sum(bytes_found), 0), ifnull(sum(skipped), 0), ifnull(sum(archived), 0),
                         ifnull(sum(to_copy), 0), ifnull(sum(bytes_to_copy), 0), ifnull(sum(is_last), 0)
                  FROM batches WHERE run_id = @runId) AS b,
                 (SELECT ifnull(sum(copied), 0), ifnull(sum(bytes_copied), 0), ifnull(sum(skipped), 0), ifnull(sum(archived), 0),
                         ifnull(sum(failed), 0), ifnull(sum(bytes_failed), 0)
                  FROM units WHERE run_id = @runId) AS u
            """,
            new { runId = run.Values["run_id"], taskId = run.Values["task_id"], started });
    }

    // The sums still count a report that is lost. If it came again, it would count twice: a run that has ended takes no more reports, and
    // one that has not gets an item of unknown outcome, so that it does not count as complete and a retry runs the whole task. So does a
    // run whose failed items are not all there.
    static void MarkIncompleteRuns(SqliteConnection connection) => connection.Execute(
        """
        UPDATE runs SET found = found + failed - (SELECT count(*) FROM failed_items f WHERE f.run_id = runs.run_id)
        WHERE failed > (SELECT count(*) FROM failed_items f WHERE f.run_id = runs.run_id);

        UPDATE runs SET found = iif(finished_at IS NULL, found + 1, found), compacted = iif(finished_at IS NULL, 0, 1)
        WHERE compacted = 0 AND (
            found > (SELECT ifnull(sum(b.found), 0) FROM batches b WHERE b.run_id = runs.run_id)
            OR copied + failed + skipped_when_copied > (
                SELECT ifnull(sum(u.copied + u.failed + u.skipped), 0) FROM units u WHERE u.run_id = runs.run_id))
        """);
}
