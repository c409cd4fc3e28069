using System.Globalization;
using DataTransferHub.Sqlite.Format;
using Microsoft.Data.Sqlite;

namespace DataTransferHub.Sqlite;

/// <summary>
/// Replaces a damaged file by a new one with everything that can be read of it, and keeps the damaged one beside it. Nothing is changed
/// if the file cannot be rescued. An interruption at any moment leaves the damaged file in its place, or the complete new one.
/// </summary>
/// <param name="path">The file; nobody uses it.</param>
/// <param name="schema">Its tables.</param>
/// <param name="now">The time, for the name of the damaged file.</param>
sealed class DatabaseRescue(string path, DatabaseSchema schema, DateTimeOffset now)
{
    readonly string _new = path + ".rescued";

    /// <summary>Completes a rescue that was interrupted after the damaged file had been renamed.</summary>
    public static void Resume(string path)
    {
        if (!File.Exists(path) && File.Exists(path + ".rescued"))
            File.Move(path + ".rescued", path);
    }

    /// <summary>Rescues the file.</summary>
    /// <returns>What was done, in one line.</returns>
    /// <exception cref="SqliteException">The first page or the schema cannot be read, or there is no space for the new file.</exception>
    /// <exception cref="IOException">The same.</exception>
    public string Run()
    {
        var unfinished = _new + ".unfinished";
        foreach (var file in (string[])[unfinished, unfinished + "-journal", _new])
            File.Delete(file);
        string told;
        try
        {
            told = Fill(unfinished);
        }
        catch
        {
            // The disk may be full of it.
            File.Delete(unfinished);
            throw;
        }
        File.Move(unfinished, _new);

        var kept = KeptName();
        File.Move(path, kept);
        foreach (var suffix in (string[])["-wal", "-shm"])
        {
            if (File.Exists(path + suffix))
                File.Move(path + suffix, kept + suffix);
        }
        File.Move(_new, path);
        return $"{told} The damaged file is kept as '{kept}'.";
    }

    string Fill(string unfinished)
    {
        string told;
        using (var source = Open(path, SqliteOpenMode.ReadWrite))
        {
            // Moves the write-ahead log into the file; the pages alone are then all there is.
            Execute(source, "PRAGMA wal_checkpoint(TRUNCATE)");
            CreateLike(path, unfinished);
            told = Copy(source, unfinished);
        }
        Flush(unfinished);
        return told;
    }

    string Copy(SqliteConnection source, string to)
    {
        using var target = Open(to, SqliteOpenMode.ReadWrite);
        Execute(target, "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF");
        using var transaction = target.BeginTransaction(deferred: false);
        foreach (var sql in Schema(source, "table"))
            Execute(target, sql);
        using var file = new PageFile(path);
        var tables = new TableRescue(file, StoredTable.All(source), target);
        tables.Run();
        List<LostRow> lost = [.. tables.Lost, .. RemoveRowsThatFail(target)];
        foreach (var sql in Schema(source, "index"))
            Execute(target, sql);
        Execute(target, $"PRAGMA user_version = {Version(source)}");
        schema.Migrate(target, path, Version(source));
        schema.Mend?.Invoke(new RescuedFile(path, target, lost, tables.Incomplete, now));
        transaction.Commit();
        return $"'{path}' was damaged{Pages(tables)}. {Losses(lost, tables.Incomplete)}";
    }

    List<LostRow> RemoveRowsThatFail(SqliteConnection target)
    {
        var lost = new List<LostRow>();
        foreach (var check in schema.RowChecks)
        {
            using (var find = new Statement(target, $"SELECT * FROM {check.Table} WHERE ({check.Condition}) IS NOT TRUE", 0))
            using (var rows = find.Read())
            {
                while (rows.Read())
                {
                    lost.Add(new LostRow(check.Table, Enumerable.Range(0, rows.FieldCount)
                        .ToDictionary(rows.GetName, i => rows.IsDBNull(i) ? null : rows.GetValue(i))));
                }
            }
            using var delete = new Statement(target, $"DELETE FROM {check.Table} WHERE ({check.Condition}) IS NOT TRUE", 0);
            delete.Execute();
        }
        return lost;
    }

    static string Pages(TableRescue tables) => tables.DamagedPages.ToList() switch
    {
        [] => "",
        [var one] => $" (page {one})",
        { Count: <= 10 } few => $" (pages {string.Join(", ", few)})",
        var many => $" ({many.Count} pages)",
    };

    static string Losses(List<LostRow> lost, IReadOnlySet<string> incomplete)
    {
        var told = lost.GroupBy(row => row.Table).Select(rows => (Table: rows.Key, Count: rows.Count()))
            .Select(rows => $"{(incomplete.Contains(rows.Table) ? "at least " : "")}{rows.Count} of {rows.Table}")
            .Concat(incomplete.Except(lost.Select(row => row.Table)).Select(table => $"an unknown number of {table}"))
            .Order(StringComparer.Ordinal).ToList();
        return told.Count == 0
            ? "All rows were rescued; none is lost."
            : $"Rows that were lost: {string.Join(", ", told)}. All others were rescued.";
    }

    string KeptName()
    {
        var name = $"{path}.damaged-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
        var kept = name;
        for (var number = 2; File.Exists(kept); number++)
            kept = $"{name}-{number}";
        return kept;
    }

    static void CreateLike(string path, string created)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = File.GetUnixFileMode(path);
        new FileStream(created, options).Dispose();
    }

    static void Flush(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Flush(flushToDisk: true);
    }

    static List<string> Schema(SqliteConnection source, string type)
    {
        using var all = new Statement(
            source, "SELECT sql FROM sqlite_schema WHERE type = ?1 AND sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'", 1);
        using var rows = all.Read(type);
        var sql = new List<string>();
        while (rows.Read())
            sql.Add(rows.GetString(0));
        return sql;
    }

    static int Version(SqliteConnection source)
    {
        using var version = new Statement(source, "PRAGMA user_version", 0);
        return (int)(long)version.Scalar()!;
    }

    static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    // Only constants and the file's own schema come here.
    static void Execute(SqliteConnection connection, string sql)
    {
        using var statement = new Statement(connection, sql, 0);
        statement.Execute();
    }
}
