using DataTransferHub.Sqlite;
using Microsoft.Data.Sqlite;

namespace DataTransferHub.Engine.Storage;

/// <summary>The tables of a hub's file, and the name of the hub that it belongs to.</summary>
static class StoreSchema
{
    // Files of version 0.1.0 have these tables and no version number (they kept it in the table meta), hence IF NOT EXISTS.
    //
    // history and inbox are append-only b-trees: the rows of all instances written together share pages, so that a group
    // commit touches few of them. Large values live in payloads, away from the small instance rows that every episode updates.
    const string Tables =
        """
        CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS instances (
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
        CREATE INDEX IF NOT EXISTS instances_unfinished ON instances (key) WHERE completed IS NULL;
        CREATE INDEX IF NOT EXISTS instances_parent ON instances (parent) WHERE parent IS NOT NULL;
        CREATE TABLE IF NOT EXISTS payloads (
            instance INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            data BLOB NOT NULL,
            checksum INTEGER NOT NULL,
            PRIMARY KEY (instance, kind));
        CREATE TABLE IF NOT EXISTS history (
            seq INTEGER PRIMARY KEY,
            instance INTEGER NOT NULL,
            episode INTEGER NOT NULL,
            events BLOB NOT NULL,
            checksum INTEGER NOT NULL,
            UNIQUE (instance, episode));
        CREATE TABLE IF NOT EXISTS inbox (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            instance INTEGER NOT NULL,
            priority INTEGER NOT NULL,
            execution_id TEXT,
            event BLOB NOT NULL,
            checksum INTEGER NOT NULL);
        CREATE INDEX IF NOT EXISTS inbox_instance ON inbox (instance);
        """;

    public static DatabaseSchema Schema { get; } = new([Tables], VerifiesRows: true) { Mend = StoreRescue.Mend };

    /// <summary>Writes the name of the hub into a new file; refuses a file of another hub.</summary>
    /// <exception cref="DatabaseException">The file holds another hub.</exception>
    public static void Claim(SqliteConnection connection, string path, string hubName)
    {
        using var find = new Statement(connection, "SELECT value FROM meta WHERE name = 'hub'", 0);
        if (find.Scalar() is not { } hub)
        {
            using var insert = new Statement(connection, "INSERT INTO meta (name, value) VALUES ('hub', ?1)", 1);
            insert.Execute(hubName);
        }
        else if (!hubName.Equals(hub))
        {
            throw new DatabaseException(
                DatabaseFault.Refused,
                $"'{path}' holds the task hub '{hub}', not '{hubName}'. Set hubName in host.json, or {FaultText.Elsewhere}.");
        }
    }
}
