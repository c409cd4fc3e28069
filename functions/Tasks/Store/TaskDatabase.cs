using DataTransferHub.Sqlite;
using DataTransferHub.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Tasks.Store;

/// <summary>The file <c>tasks.db</c> of the data folder: task records and the ledger of their runs.</summary>
sealed class TaskDatabase(IOptions<HubOptions> options, ILogger<TaskDatabase> log) : IHubFile, IDisposable
{
    // Times are milliseconds since 1970, UTC. Enumerations are stored by name, so that the file is readable.
    static readonly DatabaseSchema Schema = new(
    [
        """
        CREATE TABLE tasks (
            id TEXT PRIMARY KEY,
            type TEXT NOT NULL,
            description TEXT,
            schedule_type TEXT NOT NULL,
            parameters TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            stopped_at INTEGER,
            progress TEXT NOT NULL,
            error_code TEXT,
            error_message TEXT,
            run_count INTEGER NOT NULL,
            run_state TEXT NOT NULL,
            retry_of TEXT,
            wanted TEXT NOT NULL,
            next_run_at INTEGER
        ) WITHOUT ROWID;
        CREATE INDEX tasks_by_progress ON tasks (progress, created_at DESC);
        CREATE INDEX tasks_by_age ON tasks (created_at DESC);

        CREATE TABLE runs (
            run_id TEXT PRIMARY KEY,
            task_id TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            finished_at INTEGER,
            found INTEGER NOT NULL DEFAULT 0,
            bytes_found INTEGER NOT NULL DEFAULT 0,
            skipped_when_found INTEGER NOT NULL DEFAULT 0,
            to_copy INTEGER NOT NULL DEFAULT 0,
            bytes_to_copy INTEGER NOT NULL DEFAULT 0,
            last_batches INTEGER NOT NULL DEFAULT 0,
            copied INTEGER NOT NULL DEFAULT 0,
            bytes_copied INTEGER NOT NULL DEFAULT 0,
            skipped_when_copied INTEGER NOT NULL DEFAULT 0,
            failed INTEGER NOT NULL DEFAULT 0,
            bytes_failed INTEGER NOT NULL DEFAULT 0
        ) WITHOUT ROWID;

        CREATE TABLE batches (
            run_id TEXT NOT NULL REFERENCES runs,
            batch INTEGER NOT NULL,
            found INTEGER NOT NULL,
            bytes_found INTEGER NOT NULL,
            skipped INTEGER NOT NULL,
            to_copy INTEGER NOT NULL,
            bytes_to_copy INTEGER NOT NULL,
            is_last INTEGER NOT NULL,
            PRIMARY KEY (run_id, batch)
        ) WITHOUT ROWID;

        CREATE TABLE units (
            run_id TEXT NOT NULL REFERENCES runs,
            unit_id TEXT NOT NULL,
            copied INTEGER NOT NULL,
            bytes_copied INTEGER NOT NULL,
            skipped INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            bytes_failed INTEGER NOT NULL,
            PRIMARY KEY (run_id, unit_id)
        ) WITHOUT ROWID;

        CREATE TABLE failed_items (
            run_id TEXT NOT NULL REFERENCES runs,
            key TEXT NOT NULL,
            unit_id TEXT NOT NULL,
            version TEXT NOT NULL,
            size INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            error TEXT NOT NULL,
            PRIMARY KEY (run_id, key, unit_id)
        ) WITHOUT ROWID;
        CREATE INDEX failed_items_by_unit ON failed_items (run_id, unit_id);

        -- What was copied in each second of the last minute: the moving rate.
        CREATE TABLE rates (
            run_id TEXT NOT NULL REFERENCES runs,
            second INTEGER NOT NULL,
            items INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            PRIMARY KEY (run_id, second)
        ) WITHOUT ROWID;
        """,
        """
        CREATE TABLE unproven_items (
            destination TEXT NOT NULL,
            key TEXT NOT NULL,
            PRIMARY KEY (destination, key)
        ) WITHOUT ROWID;
        """,
        "ALTER TABLE tasks ADD COLUMN engine TEXT NOT NULL DEFAULT 'Hub';",

        // Archived items are a part of the skipped ones; the others were unchanged when they were found, or had vanished when they were to
        // be copied. Runs of version 0.1.0 did not tell them apart.
        """
        ALTER TABLE runs ADD COLUMN archived_when_found INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE runs ADD COLUMN archived_when_copied INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE batches ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE units ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
        """,
        """
        ALTER TABLE runs ADD COLUMN wait_reason TEXT;
        ALTER TABLE runs ADD COLUMN wait_since INTEGER;
        ALTER TABLE runs ADD COLUMN wait_until INTEGER;
        """,
        """
        CREATE TABLE leftovers (
            task_id TEXT NOT NULL,
            run_id TEXT NOT NULL,
            item TEXT NOT NULL,
            name TEXT NOT NULL,
            reason TEXT NOT NULL,
            since INTEGER NOT NULL,
            last_attempt INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            PRIMARY KEY (task_id, run_id, item, name)
        ) WITHOUT ROWID;
        """,
        """
        -- 0: reports count; 1: they no longer do, and those of batches and units are being removed; 2: they have been removed.
        ALTER TABLE runs ADD COLUMN compacted INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX runs_to_compact ON runs (finished_at) WHERE compacted < 2;
        CREATE INDEX runs_by_task ON runs (task_id, started_at, finished_at);
        """,
        """
        CREATE TABLE copy_routes (
            id INTEGER PRIMARY KEY,
            source TEXT NOT NULL,
            destination TEXT NOT NULL,
            UNIQUE (source, destination)
        );
        CREATE TABLE copied_versions (
            route INTEGER NOT NULL REFERENCES copy_routes,
            key TEXT NOT NULL,
            source_version TEXT NOT NULL,
            destination_version TEXT NOT NULL,
            PRIMARY KEY (route, key)
        ) WITHOUT ROWID;
        """,
        """
        CREATE TABLE rate_limits (
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            bytes_per_second INTEGER,
            requests_per_second INTEGER,
            PRIMARY KEY (kind, name)
        ) WITHOUT ROWID;
        """,
        """
        CREATE TABLE dry_runs (
            task_id TEXT PRIMARY KEY,
            number INTEGER NOT NULL,
            state TEXT NOT NULL,
            found INTEGER NOT NULL,
            to_copy INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            error TEXT
        ) WITHOUT ROWID;
        """,
    ])
    {
        RowChecks = [new RowCheck("tasks", "json_valid(parameters)")],
        Mend = TaskDatabaseRescue.Mend,
    };

    /// <summary>The open file.</summary>
    public DatabaseFile File { get; } = new(options.Value.PathOf("tasks.db"), Schema, log);

    /// <summary>The file was checked when it was opened.</summary>
    public Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Writes what is queued, then closes the file.</summary>
    public void Dispose() => File.Dispose();
}
