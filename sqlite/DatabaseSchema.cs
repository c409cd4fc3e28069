using System.Globalization;
using Microsoft.Data.Sqlite;

namespace DataTransferHub.Sqlite;

/// <summary>The tables of a file. Their version is the file's <c>user_version</c>.</summary>
/// <param name="Migrations">Script n takes the schema from version n to n + 1. Only ever added to.</param>
/// <param name="VerifiesRows">
/// Whether rows carry checksums that are verified when they are read. Then the search for damage does not compare tables with indexes.
/// </param>
public sealed record DatabaseSchema(IReadOnlyList<string> Migrations, bool VerifiesRows = false)
{
    const string Table = "table ";

    /// <summary>A file up to this size in bytes is searched for damage whenever it is opened, which takes one or two seconds.</summary>
    public long SearchedBytes { get; init; } = 128L << 20;

    /// <summary>What every row fulfils; part of the search for damage.</summary>
    public IReadOnlyList<RowCheck> RowChecks { get; init; } = [];

    /// <summary>Marks what refers to lost rows after a rescue. It may not fail.</summary>
    public Action<RescuedFile>? Mend { get; init; }

    /// <summary>Brings a file to the last version, and makes sure that it can be read and written.</summary>
    /// <param name="connection">The open file.</param>
    /// <param name="path">Its name.</param>
    /// <param name="isSuspect">Whether damage was met in it before; then it is searched whatever its size.</param>
    /// <exception cref="DatabaseException">It is damaged or of a newer version.</exception>
    /// <exception cref="SqliteException">It is damaged, cannot be written, or is not a database.</exception>
    internal void Prepare(SqliteConnection connection, string path, bool isSuspect)
    {
        // Takes the write lock, so that a file that cannot be written is found now.
        using (var transaction = connection.BeginTransaction(deferred: false))
        {
            Migrate(connection, path, Convert.ToInt32(Scalar(connection, "PRAGMA user_version"), CultureInfo.InvariantCulture));
            transaction.Commit();
        }

        RequireTables(connection, path);
        if (isSuspect || new FileInfo(path).Length <= SearchedBytes)
            Search(connection, path);
        else
            Probe(connection);
    }

    void Search(SqliteConnection connection, string path)
    {
        if (Scalar(connection, VerifiesRows ? "PRAGMA quick_check(1)" : "PRAGMA integrity_check(1)") is not "ok" and var found)
            throw DatabaseException.Damaged(path, $"{found}");
        foreach (var check in RowChecks)
        {
            if (Scalar(connection, $"SELECT 1 FROM {check.Table} WHERE ({check.Condition}) IS NOT TRUE LIMIT 1") is not null)
                throw DatabaseException.Damaged(path, $"a row of {check.Table} does not contain what was written");
        }
    }

    /// <summary>Brings a file from a version to the last one.</summary>
    internal void Migrate(SqliteConnection connection, string path, int version)
    {
        if (version > Migrations.Count)
        {
            throw new DatabaseException(
                DatabaseFault.Refused,
                $"'{path}' was written by a newer version of the hub (its schema is {version}, this version knows {Migrations.Count}). "
                + $"Start that version, or {FaultText.Elsewhere}.");
        }

        if (version == Migrations.Count)
            return;

        // No version means a new file, or one that was kept by this schema before it had versions.
        if (version == 0 && Names(connection).Except(NamesOfModel()).FirstOrDefault() is { } foreign)
        {
            throw new DatabaseException(
                DatabaseFault.Refused,
                $"'{path}' is a database of another program (it has the {foreign}). Move it away, or {FaultText.Elsewhere}.");
        }

        foreach (var migration in Migrations.Skip(version))
            Execute(connection, migration);
        Execute(connection, $"PRAGMA user_version = {Migrations.Count}");
    }

    // What a new file would have, the file must have.
    void RequireTables(SqliteConnection connection, string path)
    {
        if (NamesOfModel().Except(Names(connection)).FirstOrDefault() is { } missing)
            throw DatabaseException.Unreadable(path, $"it has no {missing}");
    }

    List<string> NamesOfModel()
    {
        using var model = new SqliteConnection("Data Source=:memory:");
        model.Open();
        foreach (var migration in Migrations)
            Execute(model, migration);
        return Names(model);
    }

    // Of tables and indexes, with the kind: "table tasks". Those without SQL are SQLite's own.
    static List<string> Names(SqliteConnection connection)
    {
        using var names = new Statement(connection, "SELECT type || ' ' || name FROM sqlite_schema WHERE sql IS NOT NULL", 0);
        using var rows = names.Read();
        var found = new List<string>();
        while (rows.Read())
            found.Add(rows.GetString(0));
        return found;
    }

    // The way to the first row of every table; damage elsewhere is found when it is read. To search a large file would take a start
    // seconds for each gigabyte.
    static void Probe(SqliteConnection connection)
    {
        foreach (var table in Names(connection).Where(name => name.StartsWith(Table, StringComparison.Ordinal)))
            Scalar(connection, $"SELECT * FROM \"{table[Table.Length..]}\" LIMIT 1");
    }

    static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        return command.ExecuteScalar();
    }

    static void Execute(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        command.ExecuteNonQuery();
    }

    // Only constants and names of our own tables come here.
    static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }
}
