using Dapper;
using DataTransferHub.Sqlite;
using DataTransferHub.Storage;
using DataTransferHub.Tasks.Store;
using Microsoft.Data.Sqlite;

namespace DataTransferHub.Tasks.Runs;

/// <summary>
/// The ledger in SQLite. A run's sums are stored in its row and updated in the transaction that writes a batch or a unit, by the difference
/// between the new report and the previous one. So reading them costs one row, whatever the run's size.
/// </summary>
sealed class SqliteRunLedger(TaskDatabase database, StorageWait wait, TimeProvider time) : IRunLedger
{
    static readonly TimeSpan RatesKept = TimeSpan.FromMinutes(1);
    readonly DatabaseFile _file = database.File;

    public Task StartRunAsync(string runId, string taskId, CancellationToken cancellationToken) =>
        WriteAsync(
            connection => connection.Execute(
                "INSERT INTO runs (run_id, task_id, started_at) VALUES (@runId, @taskId, @now) ON CONFLICT DO NOTHING",
                new { runId, taskId, now = Now() }),
            cancellationToken);

    public Task RecordBatchAsync(string runId, int batch, BatchFindings findings, CancellationToken cancellationToken) =>
        WriteAsync(connection => RecordBatch(connection, runId, batch, findings), cancellationToken);

    public Task RecordUnitAsync(string runId, string unitId, UnitOutcome outcome, CancellationToken cancellationToken) =>
        WriteAsync(connection => RecordUnit(connection, runId, unitId, outcome), cancellationToken);

    public Task DiscardPartsAsync(string runId, string unitId, CancellationToken cancellationToken) =>
        WriteAsync(connection => DiscardParts(connection, runId, unitId), cancellationToken);

    public Task FinishRunAsync(string runId, CancellationToken cancellationToken) =>
        WriteAsync(
            connection => connection.Execute(
                """
                UPDATE runs SET finished_at = @now, wait_reason = NULL, wait_since = NULL, wait_until = NULL
                WHERE run_id = @runId AND finished_at IS NULL;
                DELETE FROM rates WHERE run_id = @runId;
                """,
                new { runId, now = Now() }),
            cancellationToken);

    public Task RecordWaitAsync(string runId, RunWait? wait, CancellationToken cancellationToken) =>
        WriteAsync(
            connection => connection.Execute(
                """
                UPDATE runs SET wait_reason = @Reason, wait_since = @since, wait_until = @until
                WHERE run_id = @runId AND finished_at IS NULL
                """,
                new
                {
                    runId,
                    wait?.Reason,
                    since = wait?.Since.ToUnixTimeMilliseconds(),
                    until = wait?.NextAttempt.ToUnixTimeMilliseconds(),
                }),
            cancellationToken);

    public Task<bool> IsOpenAsync(string runId, CancellationToken cancellationToken) =>
        Task.FromResult(_file.Read(connection => connection.ExecuteScalar<long>(
            "SELECT COUNT(*) FROM runs WHERE run_id = @runId AND finished_at IS NULL", new { runId }) > 0));

    public Task<RunProgress?> GetProgressAsync(string runId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (run, rate) = _file.Read(connection =>
        {
            var row = connection.QuerySingleOrDefault<RunRow>(
                """
                SELECT run_id RunId, started_at StartedAt, finished_at FinishedAt, found Found, bytes_found BytesFound,
                       skipped_when_found SkippedWhenFound, to_copy ToCopy, bytes_to_copy BytesToCopy, last_batches LastBatches,
                       copied Copied, bytes_copied BytesCopied, skipped_when_copied SkippedWhenCopied, failed Failed,
                       bytes_failed BytesFailed, archived_when_found ArchivedWhenFound, archived_when_copied ArchivedWhenCopied,
                       wait_reason WaitReason, wait_since WaitSince, wait_until WaitUntil
                FROM runs WHERE run_id = @runId
                """,
                new { runId });
            var since = now.ToUnixTimeSeconds() - (long)ProgressEstimate.RateWindow.TotalSeconds;
            var recent = connection.QuerySingle<RateRow>(
                "SELECT COALESCE(SUM(items), 0) Items, COALESCE(SUM(bytes), 0) Bytes FROM rates WHERE run_id = @runId AND second > @since",
                new { runId, since });
            return (row, recent);
        });
        var progress = run is null ? null : ProgressEstimate.Of(run, rate, now);

        // A wait for the disk cannot be written to it. All runs need it, whichever report waits.
        return Task.FromResult(progress is { FinishedAt: null, Wait: null } && wait.Longest is { } delay
            ? progress with { Wait = new RunWait(delay.Reason, delay.Since, delay.NextAttempt) }
            : progress);
    }

    public Task<IReadOnlyList<FailedItem>> ListFailedAsync(string runId, string? afterKey, int count, CancellationToken cancellationToken)
    {
        IReadOnlyList<FailedItem> items = _file.Read(connection => connection.Query<FailedRow>(
            """
            SELECT key Key, version Version, size Size, attempts Attempts, error Error FROM failed_items
            WHERE run_id = @runId AND (@afterKey IS NULL OR key > @afterKey) ORDER BY key LIMIT @count
            """,
            new { runId, afterKey, count })
            .Select(row => new FailedItem(row.Key, row.Version, row.Size, (int)row.Attempts, row.Error))
            .ToList());
        return Task.FromResult(items);
    }

    // Reports of running work wait for the disk, so that a run outlasts a fault of it.
    Task<int> WriteAsync(Func<SqliteConnection, int> change, CancellationToken cancellationToken) =>
        wait.WhileItMayPassAsync(() => _file.WriteAsync(change, cancellationToken), cancellationToken);

    static int RecordBatch(SqliteConnection connection, string runId, int batch, BatchFindings findings)
    {
        var key = new { runId, batch };
        if (!TakesReports(connection, runId))
            return 0;
        connection.Execute(
            """
            UPDATE runs SET (found, bytes_found, skipped_when_found, archived_when_found, to_copy, bytes_to_copy, last_batches) = (
                SELECT runs.found - b.found, runs.bytes_found - b.bytes_found, runs.skipped_when_found - b.skipped,
                    runs.archived_when_found - b.archived, runs.to_copy - b.to_copy, runs.bytes_to_copy - b.bytes_to_copy,
                    runs.last_batches - b.is_last
                FROM batches b WHERE b.run_id = @runId AND b.batch = @batch)
            WHERE run_id = @runId AND EXISTS (SELECT 1 FROM batches b WHERE b.run_id = @runId AND b.batch = @batch)
            """,
            key);
        return connection.Execute(
            """
            INSERT OR REPLACE INTO batches (run_id, batch, found, bytes_found, skipped, archived, to_copy, bytes_to_copy, is_last)
            VALUES (@runId, @batch, @Found, @BytesFound, @Skipped, @Archived, @ToCopy, @BytesToCopy, @IsLast);
            UPDATE runs SET found = found + @Found, bytes_found = bytes_found + @BytesFound,
                skipped_when_found = skipped_when_found + @Skipped, archived_when_found = archived_when_found + @Archived,
                to_copy = to_copy + @ToCopy, bytes_to_copy = bytes_to_copy + @BytesToCopy, last_batches = last_batches + @IsLast
            WHERE run_id = @runId;
            """,
            new
            {
                runId,
                batch,
                findings.Found,
                findings.BytesFound,
                findings.Skipped,
                findings.Archived,
                findings.ToCopy,
                findings.BytesToCopy,
                IsLast = findings.IsLast ? 1 : 0,
            });
    }

    int RecordUnit(SqliteConnection connection, string runId, string unitId, UnitOutcome outcome)
    {
        if (!TakesReports(connection, runId) || IsPartOfReportedUnit(connection, runId, unitId))
            return 0;

        var before = TakeParts(connection, runId, unitId).Plus(TakeUnit(connection, runId, unitId));
        var now = new UnitSums(
            outcome.Copied, outcome.BytesCopied, outcome.Skipped, outcome.Archived, outcome.Failed.Count,
            outcome.Failed.Sum(item => item.Size));
        connection.Execute(
            """
            INSERT INTO units (run_id, unit_id, copied, bytes_copied, skipped, archived, failed, bytes_failed)
            VALUES (@runId, @unitId, @Copied, @BytesCopied, @Skipped, @Archived, @Failed, @BytesFailed)
            """,
            new { runId, unitId, now.Copied, now.BytesCopied, now.Skipped, now.Archived, now.Failed, now.BytesFailed });
        foreach (var item in outcome.Failed)
        {
            connection.Execute(
                """
                INSERT OR REPLACE INTO failed_items (run_id, key, unit_id, version, size, attempts, error)
                VALUES (@runId, @Key, @unitId, @Version, @Size, @Attempts, @Error)
                """,
                new { runId, unitId, item.Key, item.Version, item.Size, item.Attempts, item.Error });
        }

        return Add(connection, runId, now.Minus(before));
    }

    int DiscardParts(SqliteConnection connection, string runId, string unitId) =>
        Add(connection, runId, new UnitSums(0, 0, 0, 0, 0, 0).Minus(TakeParts(connection, runId, unitId)));

    // Everything below 'unit/' sorts between 'unit/' and 'unit0', as '0' follows '/'.
    static UnitSums TakeParts(SqliteConnection connection, string runId, string unitId) =>
        Take(connection, "unit_id >= @from AND unit_id < @end", new { runId, from = unitId + "/", end = unitId + "0" });

    static UnitSums TakeUnit(SqliteConnection connection, string runId, string unitId) =>
        Take(connection, "unit_id = @unitId", new { runId, unitId });

    // Removes rows and returns their sums.
    static UnitSums Take(SqliteConnection connection, string which, object values)
    {
        var sums = connection.QuerySingle<UnitSums>(
            $"""
            SELECT COALESCE(SUM(copied), 0) Copied, COALESCE(SUM(bytes_copied), 0) BytesCopied, COALESCE(SUM(skipped), 0) Skipped,
                   COALESCE(SUM(archived), 0) Archived, COALESCE(SUM(failed), 0) Failed, COALESCE(SUM(bytes_failed), 0) BytesFailed
            FROM units WHERE run_id = @runId AND {which}
            """,
            values);
        connection.Execute(
            $"""
            DELETE FROM units WHERE run_id = @runId AND {which};
            DELETE FROM failed_items WHERE run_id = @runId AND {which};
            """,
            values);
        return sums;
    }

    // Adds to the run's sums and to the counts of the current second.
    int Add(SqliteConnection connection, string runId, UnitSums sums)
    {
        var second = time.GetUtcNow().ToUnixTimeSeconds();
        return connection.Execute(
            """
            UPDATE runs SET copied = copied + @Copied, bytes_copied = bytes_copied + @BytesCopied,
                skipped_when_copied = skipped_when_copied + @Skipped, archived_when_copied = archived_when_copied + @Archived,
                failed = failed + @Failed, bytes_failed = bytes_failed + @BytesFailed
            WHERE run_id = @runId;
            INSERT INTO rates (run_id, second, items, bytes) SELECT @runId, @second, @Copied, @BytesCopied
                FROM runs WHERE run_id = @runId AND finished_at IS NULL
                ON CONFLICT DO UPDATE SET items = items + excluded.items, bytes = bytes + excluded.bytes;
            DELETE FROM rates WHERE run_id = @runId AND second < @oldest;
            """,
            new
            {
                runId,
                sums.Copied,
                sums.BytesCopied,
                sums.Skipped,
                sums.Archived,
                sums.Failed,
                sums.BytesFailed,
                second,
                oldest = second - (long)RatesKept.TotalSeconds,
            });
    }

    // A part that reports after its unit is already included in the unit's sums.
    static bool IsPartOfReportedUnit(SqliteConnection connection, string runId, string unitId)
    {
        for (var slash = unitId.LastIndexOf('/'); slash > 0; slash = unitId.LastIndexOf('/', slash - 1))
        {
            var reported = connection.ExecuteScalar<long>(
                "SELECT COUNT(*) FROM units WHERE run_id = @runId AND unit_id = @whole",
                new { runId, whole = unitId[..slash] });
            if (reported > 0)
                return true;
        }

        return false;
    }

    // False once the reports of single units have been removed: one that comes again could no longer be recognized (IRunRetention).
    static bool TakesReports(SqliteConnection connection, string runId) =>
        connection.ExecuteScalar<long?>("SELECT compacted FROM runs WHERE run_id = @runId", new { runId }) is { } compacted
            ? compacted == 0
            : throw new InvalidOperationException($"The run '{runId}' has no record. Call StartRunAsync first.");

    long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    sealed record UnitSums(long Copied, long BytesCopied, long Skipped, long Archived, long Failed, long BytesFailed)
    {
        public UnitSums Plus(UnitSums other) => new(
            Copied + other.Copied, BytesCopied + other.BytesCopied, Skipped + other.Skipped, Archived + other.Archived,
            Failed + other.Failed, BytesFailed + other.BytesFailed);

        public UnitSums Minus(UnitSums other) => new(
            Copied - other.Copied, BytesCopied - other.BytesCopied, Skipped - other.Skipped, Archived - other.Archived,
            Failed - other.Failed, BytesFailed - other.BytesFailed);
    }

    sealed record FailedRow(string Key, string Version, long Size, long Attempts, string Error);
}
