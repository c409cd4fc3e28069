using DataTransferHub.Cli.Processes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DataTransferHub.Sqlite.Tests;

/// <summary>What is found when a file is opened: its version, damage, and whether it can be written.</summary>
public sealed class DatabaseSchemaTests : IDisposable
{
    const string First = "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);";
    const string Second = "ALTER TABLE t ADD COLUMN text TEXT NOT NULL DEFAULT 'new'; CREATE TABLE u (id INTEGER PRIMARY KEY);";
    const int PageBytes = 4096;

    readonly TemporaryFolder _folder = new();

    string FilePath => _folder["a.db"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_migration_runs_once()
    {
        Open(First).Dispose();
        Open(First, Second).Dispose();
        Open(First, Second).Dispose();

        Assert.Equal("new", Execute("SELECT text FROM t WHERE id = 1"));
        Assert.Equal(2L, Execute("PRAGMA user_version"));
    }

    [Fact]
    public void A_migration_that_fails_leaves_the_file_as_it_was()
    {
        Open(First).Dispose();

        Assert.Throws<DatabaseException>(() => Open(First, "DELETE FROM t; INSERT INTO nothing VALUES (1);"));

        Assert.Equal(1L, Execute("SELECT count(*) FROM t"));
        Assert.Equal(1L, Execute("PRAGMA user_version"));
        Open(First, Second).Dispose();
    }

    [Fact]
    public void A_file_of_a_newer_version_is_refused_and_left_alone()
    {
        Open(First, Second).Dispose();

        var refused = Assert.Throws<DatabaseException>(() => Open(First));
        Assert.Equal(DatabaseFault.Refused, refused.Fault);
        Assert.Equal(
            $"'{FilePath}' was written by a newer version of the hub (its schema is 2, this version knows 1). "
            + "Start that version, or choose another data folder with --data.",
            refused.Message);
        Assert.Equal(2L, Execute("PRAGMA user_version"));
    }

    [Fact]
    public void A_file_that_is_not_a_database_is_refused_and_left_alone()
    {
        File.WriteAllText(FilePath, new string('x', 10_000));

        var refused = Assert.Throws<DatabaseException>(() => Open(First));
        Assert.True(refused.IsDamage);
        Assert.Contains($"'{FilePath}' is damaged or is not a database", refused.Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 10_000), File.ReadAllText(FilePath));
    }

    [Fact]
    public void A_database_of_another_program_is_refused_and_left_alone()
    {
        Execute("CREATE TABLE photos (id INTEGER)");

        var refused = Assert.Throws<DatabaseException>(() => Open(First));
        Assert.Equal(DatabaseFault.Refused, refused.Fault);
        Assert.Contains("(it has the table photos)", refused.Message, StringComparison.Ordinal);
        Assert.Equal("photos", Execute("SELECT group_concat(name) FROM sqlite_schema"));
    }

    [Fact]
    public void A_folder_that_is_missing_is_told_with_the_file()
    {
        var refused = Assert.Throws<DatabaseException>(
            () => new DatabaseFile(_folder["missing/a.db"], new DatabaseSchema([First]), NullLogger.Instance));
        Assert.Equal(DatabaseFault.NotWritable, refused.Fault);
        Assert.Contains(_folder["missing/a.db"], refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_anywhere_in_the_file_is_found_unless_its_rows_are_verified_when_they_are_read()
    {
        Open(First, Second).Dispose();
        Execute("WITH n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO t SELECT i, hex(randomblob(20)) FROM n");
        using (var file = new FileStream(FilePath, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = file.Length - PageBytes;
            file.Write([.. Enumerable.Repeat((byte)0x5a, 512)]);
        }

        var damaged = Assert.Throws<DatabaseException>(() => Open(First, Second));
        Assert.True(damaged.IsDamage);
        Assert.Contains("backup", damaged.Message, StringComparison.Ordinal);
        new DatabaseFile(FilePath, new DatabaseSchema([First, Second], VerifiesRows: true), NullLogger.Instance).Dispose();
    }

    [Theory]
    [InlineData("DROP TABLE u", "table u")]
    [InlineData("DROP INDEX t_by_text", "index t_by_text")]
    public void A_table_or_index_that_is_missing_is_damage(string change, string missing)
    {
        const string third = "CREATE INDEX t_by_text ON t (text);";
        Open(First, Second, third).Dispose();
        Execute(change);

        var damaged = Assert.Throws<DatabaseException>(() => Open(First, Second, third));
        Assert.True(damaged.IsDamage);
        Assert.Contains($"(it has no {missing})", damaged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_first_page_of_a_table_is_found_in_every_file()
    {
        Open(First, Second).Dispose();
        using (var file = new FileStream(FilePath, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = PageBytes;
            file.Write([.. Enumerable.Repeat((byte)0x5a, 512)]);
        }

        var damaged = Assert.Throws<DatabaseException>(
            () => new DatabaseFile(FilePath, new DatabaseSchema([First, Second], VerifiesRows: true), NullLogger.Instance));
        Assert.True(damaged.IsDamage);
    }

    DatabaseFile Open(params string[] migrations) => new(FilePath, new DatabaseSchema(migrations), NullLogger.Instance);

    object? Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        // The tests' own constants.
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
