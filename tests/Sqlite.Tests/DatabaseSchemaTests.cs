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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Damage_anywhere_in_a_large_file_is_found_at_the_start_after_it_was_met(bool verifiesRows)
    {
        var schema = new DatabaseSchema([First, Second], verifiesRows) { SearchedBytes = 0 };
        Open(First, Second).Dispose();
        Execute("WITH n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO t SELECT i, hex(randomblob(20)) FROM n");
        Damage(new FileInfo(FilePath).Length - PageBytes);

        using (var large = new DatabaseFile(FilePath, schema, NullLogger.Instance))
        {
            Assert.Empty(Directory.GetFiles(_folder.Path, "*.damaged-*"));
            var met = Assert.Throws<DatabaseException>(() => large.Read(Count));
            Assert.True(met.IsDamage);
            Assert.Contains("Restart the hub", met.Message, StringComparison.Ordinal);
        }
        using var rescued = new DatabaseFile(FilePath, schema, NullLogger.Instance);

        Assert.InRange(rescued.Read(Count), 4_800, 4_999);
        Assert.Single(Directory.GetFiles(_folder.Path, "*.damaged-*"));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.suspect"));
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
        Damage(PageBytes);

        new DatabaseFile(FilePath, new DatabaseSchema([First, Second]) { SearchedBytes = 0 }, NullLogger.Instance).Dispose();

        Assert.Equal(0L, Execute("SELECT count(*) FROM t"));
        Assert.Single(Directory.GetFiles(_folder.Path, "*.damaged-*"));
    }

    [Fact]
    public void A_row_that_does_not_fulfil_a_condition_is_taken_out_and_told_to_who_mends()
    {
        const string text = "CREATE TABLE v (id TEXT PRIMARY KEY, text TEXT) WITHOUT ROWID; INSERT INTO v VALUES ('a', '{}'), ('b', '[]');";
        Open(text).Dispose();
        Execute("UPDATE v SET text = '[' WHERE id = 'b'");
        var lost = new List<LostRow>();
        var schema = new DatabaseSchema([text])
        {
            RowChecks = [new RowCheck("v", "json_valid(text)")],
            Mend = rescued => lost.AddRange(rescued.LostOf("v")),
        };

        new DatabaseFile(FilePath, schema, NullLogger.Instance).Dispose();

        Assert.Equal("a", Execute("SELECT group_concat(id) FROM v"));
        Assert.Equal("b", Assert.Single(lost).Values["id"]);
        new DatabaseFile(FilePath, schema, NullLogger.Instance).Dispose();
        Assert.Single(Directory.GetFiles(_folder.Path, "*.damaged-*"));
    }

    [Fact]
    public void A_file_whose_schema_cannot_be_read_is_refused_and_left_alone()
    {
        Open(First, Second).Dispose();
        Damage(100);
        var damaged = File.ReadAllBytes(FilePath);

        var refused = Assert.Throws<DatabaseException>(() => Open(First, Second));

        Assert.Equal(DatabaseFault.Unreadable, refused.Fault);
        Assert.Contains("Restore the data folder from a backup", refused.Message, StringComparison.Ordinal);
        Assert.Equal(damaged, File.ReadAllBytes(FilePath));
        Assert.Equal([FilePath], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_rescue_that_was_interrupted_between_its_two_last_steps_is_completed()
    {
        Open(First).Dispose();
        File.Move(FilePath, FilePath + ".rescued");

        Open(First).Dispose();

        Assert.Equal(1L, Execute("SELECT count(*) FROM t"));
    }

    void Damage(long offset)
    {
        using var file = new FileStream(FilePath, FileMode.Open, FileAccess.ReadWrite);
        file.Position = offset;
        file.Write([.. Enumerable.Repeat((byte)0x5a, 512)]);
    }

    static int Count(SqliteConnection connection)
    {
        using var count = new Statement(connection, "SELECT count(text) FROM t", 0);
        return (int)(long)count.Scalar()!;
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
