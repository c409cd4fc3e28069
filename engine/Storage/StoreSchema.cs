using System.Globalization;
using Microsoft.Data.Sqlite;

namespace DataTransferHub.Engine.Storage;

/// <summary>The tables of a hub's file, and the version that guards them.</summary>
static class StoreSchema
{
    public const int Version = 1;

    // history and inbox are append-only b-trees: the rows of all instances written together share pages, so that a group
    // commit touches few of them. Large values live in payloads, away from the small instance rows that every episode updates.
    const string Tables =
        """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE instances (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            version TEXT NOT NULL,
            execution_id TEXT NOT NULL,
            status INTEGER NOT NULL,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            completed INTEGER,
            scheduled INTEGER,
            custom_status TEXT,
            parent TEXT,
            tags TEXT);
        CREATE INDEX instances_unfinished ON instances (key) WHERE completed IS NULL;
        CREATE INDEX instances_parent ON instances (parent) WHERE parent IS NOT NULL;
        CREATE TABLE payloads (
            instance INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            data BLOB NOT NULL,
            checksum INTEGER NOT NULL,
            PRIMARY KEY (instance, kind));
        CREATE TABLE history (
            seq INTEGER PRIMARY KEY,
            instance INTEGER NOT NULL,
            episode INTEGER NOT NULL,
            events BLOB NOT NULL,
            checksum INTEGER NOT NULL,
            UNIQUE (instance, episode));
        CREATE TABLE inbox (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            instance INTEGER NOT NULL,
            priority INTEGER NOT NULL,
            execution_id TEXT,
            event BLOB NOT NULL,
            checksum INTEGER NOT NULL);
        CREATE INDEX inbox_instance ON inbox (instance);
        """;

    /// <summary>Makes a new file's tables, or checks an old file's version.</summary>
    /// <exception cref="StoreException">The file belongs to a newer version of the product or to another task hub.</exception>
    /// <exception cref="CorruptRowException">It is damaged.</exception>
    /// <exception cref="SqliteException">It is damaged, cannot be written, or is no database.</exception>
    public static void Prepare(SqliteConnection connection, string path, string hubName)
    {
        // No version of the hub has set it yet; one that does is newer than this one.
        if (Scalar(connection, "PRAGMA user_version") is not 0L and var version)
            throw Newer(path, $"{version}", "0");
        if (Scalar(connection, "SELECT count(*) FROM sqlite_schema WHERE name = 'meta'") is 0L)
        {
            using var transaction = connection.BeginTransaction();
            Execute(connection, Tables);
            Insert(connection, "schema", Version.ToString(CultureInfo.InvariantCulture));
            Insert(connection, "hub", hubName);
            transaction.Commit();
            return;
        }
        if (!int.TryParse(Meta(connection, "schema"), CultureInfo.InvariantCulture, out var found))
            throw new CorruptRowException("the version of its schema cannot be read");
        if (found != Version)
            throw Newer(path, $"{found}", $"{Version}");
        if (Meta(connection, "hub") is { } hub && hub != hubName)
        {
            throw new StoreException(
                $"'{path}' holds the task hub '{hub}', not '{hubName}'. Set hubName in host.json, or {StoreException.Elsewhere}.");
        }
        Probe(connection);
    }

    // Whether it can be written, and the way to the first row of every table. To look through the whole file would take a start seconds
    // for each gigabyte; what unfinished instances need is read anyway, and every row is verified when it is read.
    static void Probe(SqliteConnection connection)
    {
        Execute(connection, "BEGIN IMMEDIATE");
        Execute(connection, "ROLLBACK");
        foreach (var table in (string[])["instances", "payloads", "history", "inbox"])
            _ = Scalar(connection, $"SELECT * FROM {table} LIMIT 1");
    }

    static StoreException Newer(string path, string found, string known) => new(
        $"'{path}' was written by a newer version of the hub (its schema is {found}, this version knows {known}). Start that version, or"
        + $" {StoreException.Elsewhere}.");

    static void Insert(SqliteConnection connection, string name, string value)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO meta (name, value) VALUES ($name, $value)";
        command.Parameters.AddWithValue("$name", name);
        command.Parameters.AddWithValue("$value", value);
        command.ExecuteNonQuery();
    }

    static string? Meta(SqliteConnection connection, string name)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM meta WHERE name = $name";
        command.Parameters.AddWithValue("$name", name);
        return command.ExecuteScalar() as string;
    }

    static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        // Only constants come here.
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
