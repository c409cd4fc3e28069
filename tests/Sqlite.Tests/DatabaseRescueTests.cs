using System.Buffers.Binary;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Sqlite.Format;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Xunit;

namespace DataTransferHub.Sqlite.Tests;

/// <summary>A damaged page costs the rows on it, is told in one line, and nothing is destroyed.</summary>
public sealed class DatabaseRescueTests : IDisposable
{
    const int PageBytes = 4096;
    const int Rows = 1_200;

    static readonly string[] Tables =
    [
        """
        CREATE TABLE numbered (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, data BLOB, size INTEGER NOT NULL);
        CREATE INDEX numbered_by_size ON numbered (size);
        """,
        """
        CREATE TABLE pairs (run TEXT NOT NULL, item TEXT NOT NULL, text TEXT, PRIMARY KEY (run, item)) WITHOUT ROWID;
        CREATE INDEX pairs_by_item ON pairs (item DESC);
        CREATE TABLE unindexed (a INTEGER NOT NULL, b TEXT);
        """,
        "ALTER TABLE pairs ADD COLUMN later TEXT NOT NULL DEFAULT 'default';",
    ];

    static readonly string[] Contents =
    [
        "SELECT id || ':' || name || ':' || ifnull(hex(data), '-') || ':' || size FROM numbered ORDER BY id",
        "SELECT run || ':' || item || ':' || ifnull(text, '-') || ':' || later FROM pairs ORDER BY run, item",
        "SELECT rowid || ':' || a || ':' || b FROM unindexed ORDER BY rowid",
    ];

    readonly TemporaryFolder _folder = new();
    readonly NotedLines _log = new();

    string FilePath => _folder["a.db"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Whatever_page_is_damaged_all_rows_that_are_not_on_it_are_there()
    {
        Fill();
        var original = File.ReadAllBytes(FilePath);
        var whole = Contents.Select(Read).ToList();
        var pages = Pages();
        var random = new Random(1);
        var rescued = new Dictionary<string, int>();
        for (var page = 2; page <= original.Length / PageBytes; page++)
        {
            foreach (var length in page % 4 == 0 ? (int[])[PageBytes, 8] : [PageBytes])
            {
                var damaged = (byte[])original.Clone();
                random.NextBytes(damaged.AsSpan((page - 1) * PageBytes, length));
                File.WriteAllBytes(FilePath, damaged);
                _log.Lines.Clear();

                using (Open())
                {
                }

                var (kind, cells) = pages.GetValueOrDefault(page, ("free", 0));
                var lost = Lost(whole);
                Assert.True(lost <= cells, $"Page {page} ({kind}, {length} bytes) has cost {lost} rows, and has {cells}.");
                Assert.Equal("ok", Scalar("PRAGMA integrity_check"));
                Assert.True(Scalar("SELECT seq FROM sqlite_sequence WHERE name = 'numbered'") is >= (long)Rows);
                if (_log.Lines.Count == 0)
                {
                    Assert.True(kind is "free" && lost == 0, $"Nothing is told of page {page} ({kind}).");
                    continue;
                }
                rescued[kind] = rescued.GetValueOrDefault(kind) + 1;
                AssertTold(lost, cells, damaged);
            }
        }
        Assert.True(rescued.Count >= 8, string.Join(", ", rescued));
    }

    [Fact]
    public void Of_a_file_with_several_damaged_pages_nothing_is_taken_that_was_not_in_it()
    {
        Fill();
        var original = File.ReadAllBytes(FilePath);
        var whole = Contents.Select(Read).ToList();
        var random = new Random(2);
        for (var round = 0; round < 40; round++)
        {
            var damaged = (byte[])original.Clone();
            for (var i = random.Next(2, 8); i > 0; i--)
                random.NextBytes(damaged.AsSpan(random.Next(1, damaged.Length / PageBytes) * PageBytes, i % 2 == 0 ? PageBytes : 8));
            File.WriteAllBytes(FilePath, damaged);
            _log.Lines.Clear();

            using (Open())
            {
            }

            var lost = Lost(whole);
            Assert.Equal("ok", Scalar("PRAGMA integrity_check"));
            Assert.True(lost == 0 || _log.Lines is [var line] && line.Contains("Rows that were lost", StringComparison.Ordinal), $"{lost}");
            Assert.InRange(lost, 0, 2 * Rows);
        }
    }

    // The file, what is lost, and where the damaged original is.
    void AssertTold(int lost, int cells, byte[] damaged)
    {
        var line = Assert.Single(_log.Lines);
        Assert.StartsWith($"'{FilePath}' was damaged", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
        var kept = Assert.Single(Directory.GetFiles(_folder.Path, "a.db.damaged-*"));
        Assert.EndsWith($"The damaged file is kept as '{kept}'.", line, StringComparison.Ordinal);
        Assert.Equal(damaged, File.ReadAllBytes(kept));
        File.Delete(kept);
        if (cells == 0)
            Assert.Contains("none is lost", line, StringComparison.Ordinal);
        else if (lost > 0 && !line.Contains("unknown number", StringComparison.Ordinal))
            Assert.Matches($@"Rows that were lost: (at least )?{lost} of ", line);
    }

    int Lost(List<List<string>> whole)
    {
        var lost = 0;
        foreach (var (before, sql) in whole.Zip(Contents))
        {
            var now = Read(sql);
            Assert.Empty(now.Except(before));
            lost += before.Count - now.Count;
        }
        return lost;
    }

    // Kind of each page, and how many rows it holds or helps to hold.
    Dictionary<int, (string Kind, int Rows)> Pages()
    {
        var kinds = new Dictionary<int, (string, int)>();
        using var connection = Connect();
        using var roots = new Statement(connection, "SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0", 0);
        using var file = new PageFile(FilePath);
        using (var rows = roots.Read())
        {
            while (rows.Read())
                Add(file, rows.GetString(0), rows.GetInt32(1), kinds);
        }
        Assert.Equal(file.Count - 1 - kinds.Count, file.FreePages()!.Count);
        return kinds;
    }

    static void Add(PageFile file, string name, int number, Dictionary<int, (string Kind, int Rows)> kinds)
    {
        var page = TreePage.Parse(file, number)!;
        var isIndex = !page.HasRowids && name != "pairs";
        var cells = isIndex || name == "sqlite_sequence" || (page.HasRowids && !page.IsLeaf) ? 0 : page.Cells.Count;
        kinds.Add(number, ($"{(page.IsLeaf ? "leaf" : "interior")} of {name}", cells));
        foreach (var cell in page.Cells)
        {
            for (var next = cell.Overflow; next != 0; next = BinaryPrimitives.ReadInt32BigEndian(file.Read(next)))
                kinds.Add(next, ($"overflow of {name}", isIndex ? 0 : 1));
        }
        foreach (var child in page.Children)
            Add(file, name, child, kinds);
    }

    void Fill()
    {
        new DatabaseFile(FilePath, new DatabaseSchema(Tables[..2]), NotedLines.Nowhere).Dispose();
        Execute(
            $"""
            WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Rows})
            INSERT INTO numbered SELECT i, 'name ' || i, iif(i % 40 = 0, randomblob(9000), randomblob(i % 90)), i * 7 % 900 FROM n;
            WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Rows})
            INSERT INTO pairs SELECT 'run ' || (i / 100), 'item 数 ' || i, iif(i % 50 = 0, hex(randomblob(1500)), iif(i % 3, 'x', NULL))
                FROM n;
            WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Rows})
            INSERT INTO unindexed SELECT -i * 1000000007, 'b' || i FROM n;
            """);
        Open().Dispose();
        Execute(
            $"""
            INSERT INTO pairs (run, item, later) SELECT 'later', 'item ' || id, 'now' FROM numbered;
            DELETE FROM numbered WHERE id BETWEEN 300 AND 500;
            """);
    }

    DatabaseFile Open() => new(FilePath, new DatabaseSchema(Tables), _log);

    List<string> Read(string sql)
    {
        using var connection = Connect();
        using var select = new Statement(connection, sql, 0);
        using var rows = select.Read();
        var all = new List<string>();
        while (rows.Read())
            all.Add(rows.GetString(0));
        return all;
    }

    void Execute(string sql)
    {
        using var connection = Connect();
        using var statement = new Statement(connection, sql, 0);
        statement.Execute();
        using var checkpoint = new Statement(connection, "PRAGMA wal_checkpoint(TRUNCATE)", 0);
        checkpoint.Execute();
    }

    object? Scalar(string sql)
    {
        using var connection = Connect();
        using var statement = new Statement(connection, sql, 0);
        return statement.Scalar();
    }

    SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        return connection;
    }

    sealed class NotedLines : ILogger
    {
        public static readonly ILogger Nowhere = new NotedLines();

        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
