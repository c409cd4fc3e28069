using DataTransferHub.Cli.Processes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DataTransferHub.Sqlite.Tests;

/// <summary>Changes that share a commit, readers beside them, and the log they are written to.</summary>
public sealed class DatabaseFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    string FilePath => _folder["a.db"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_confirmed_is_there_when_the_file_is_opened_again()
    {
        using (var file = Open())
        {
            await InsertAsync(file, 1, 10);
        }
        using var again = Open();

        Assert.Equal([1], Ids(again));
    }

    [Fact]
    public async Task What_is_queued_when_the_file_is_closed_is_written_and_what_comes_later_is_refused()
    {
        var file = Open();
        var queued = Enumerable.Range(0, 1_000).Select(id => InsertAsync(file, id, 10)).ToList();
        file.Dispose();
        await Task.WhenAll(queued);

        var refused = await Assert.ThrowsAsync<DatabaseException>(() => InsertAsync(file, 1_000, 10));
        Assert.Equal(DatabaseFault.Closed, refused.Fault);
        using var again = Open();
        Assert.Equal(1_000, Ids(again).Count);
    }

    [Fact]
    public async Task A_change_that_fails_undoes_itself_alone_and_its_own_exception_is_told()
    {
        using var file = Open();
        using var writer = new HeldWriter(file);
        var before = InsertAsync(file, 1, 10);
        var thrown = file.WriteAsync<int>(
            connection =>
            {
                Execute(connection, "INSERT INTO t VALUES (2, '')");
                throw new InvalidOperationException("bad");
            },
            Cancellation);
        var doubled = InsertAsync(file, 1, 10);
        var after = InsertAsync(file, 3, 10);
        await writer.ReleaseAsync();
        await Task.WhenAll(before, after);

        Assert.Equal("bad", (await Assert.ThrowsAsync<InvalidOperationException>(() => thrown)).Message);
        await Assert.ThrowsAsync<SqliteException>(() => doubled);
        Assert.Equal([1, 3], Ids(file));
    }

    [Fact]
    public async Task A_full_disk_refuses_one_change_by_name_and_takes_those_that_fit_beside_it()
    {
        using var file = Open();
        await file.WriteAsync(
            connection => Execute(connection, "INSERT INTO t VALUES (0, 'first'); PRAGMA max_page_count = 1"), Cancellation);
        using var writer = new HeldWriter(file);
        var small = InsertAsync(file, 1, 10);
        var large = InsertAsync(file, 2, 100_000);
        var other = InsertAsync(file, 3, 10);
        await writer.ReleaseAsync();
        await Task.WhenAll(small, other);

        var fault = await Assert.ThrowsAsync<DatabaseException>(() => large);
        Assert.Equal(DatabaseFault.Full, fault.Fault);
        Assert.Equal($"The disk of '{FilePath}' is full: nothing was changed. Free some space on it, then try again.", fault.Message);
        Assert.Equal([0, 1, 3], Ids(file));

        await file.WriteAsync(connection => Execute(connection, "PRAGMA max_page_count = 1000000"), Cancellation);
        await InsertAsync(file, 2, 100_000);
    }

    [Fact]
    public async Task Changes_are_reported_in_order_after_they_are_on_the_disk()
    {
        using var file = Open();
        var reported = new List<int>();
        var seen = -1;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var id = 0; id < 500; id++)
        {
            file.Write(new Noted(id, () =>
            {
                reported.Add(reported.Count);
                if (reported.Count == 250)
                    seen = Ids(file).Count(found => found == 249);
                if (reported.Count == 500)
                    all.SetResult();
            }));
        }
        await all.Task.WaitAsync(Cancellation);

        Assert.Equal(Enumerable.Range(0, 500), reported);
        Assert.Equal(1, seen);
    }

    [Fact]
    public async Task A_steady_load_does_not_make_the_log_grow_without_bound()
    {
        using var file = Open();
        for (var round = 0; round < 40; round++)
            await Task.WhenAll(Enumerable.Range(round * 500, 500).Select(id => InsertAsync(file, id, 8_000)));

        Assert.InRange(new FileInfo(FilePath + "-wal").Length, 1, WalCheckpoints.MaxLogBytes + (16L << 20));
        Assert.InRange(new FileInfo(FilePath).Length, WalCheckpoints.MaxLogBytes, long.MaxValue);
    }

    [Fact]
    public async Task In_a_pause_the_log_is_moved_into_the_file()
    {
        using var file = Open();
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(id => InsertAsync(file, id, 8_000)));

        Assert.True(SpinWait.SpinUntil(() => new FileInfo(FilePath).Length > 8_000_000, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_reader_sees_one_state_while_changes_go_on()
    {
        using var file = Open();
        await InsertAsync(file, 1, 10);

        var (before, within) = file.Read(connection =>
        {
            using var snapshot = connection.BeginTransaction(deferred: true);
            var first = Count(connection);
            InsertAsync(file, 2, 10).GetAwaiter().GetResult();
            return (first, Count(connection));
        });

        Assert.Equal((1, 1), (before, within));
        Assert.Equal([1, 2], Ids(file));
    }

    DatabaseFile Open() => new(
        FilePath, new DatabaseSchema(["CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)"]), NullLogger.Instance);

    static Task<int> InsertAsync(DatabaseFile file, int id, int length) =>
        file.WriteAsync(connection => Insert(connection, id, new string('x', length)), Cancellation);

    static int Insert(SqliteConnection connection, int id, string text)
    {
        using var insert = new Statement(connection, "INSERT INTO t VALUES (?1, ?2)", 2);
        return insert.Execute(id, text);
    }

    static int Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        // The tests' own constants.
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    static int Count(SqliteConnection connection)
    {
        using var count = new Statement(connection, "SELECT count(*) FROM t", 0);
        return (int)(long)count.Scalar()!;
    }

    static List<int> Ids(DatabaseFile file) => file.Read(connection =>
    {
        using var select = new Statement(connection, "SELECT id FROM t ORDER BY id", 0);
        using var rows = select.Read();
        var ids = new List<int>();
        while (rows.Read())
            ids.Add(rows.GetInt32(0));
        return ids;
    });

    /// <summary>Holds the writer in a change of its own, so that those queued after it share one transaction.</summary>
    sealed class HeldWriter : IDisposable
    {
        readonly ManualResetEventSlim _gate = new();
        readonly Task _held;

        public HeldWriter(DatabaseFile file)
        {
            using var entered = new ManualResetEventSlim();
            var first = entered;
            _held = file.WriteAsync(
                _ =>
                {
                    first.Set();
                    _gate.Wait(Cancellation);
                    return 0;
                },
                Cancellation);
            entered.Wait(Cancellation);
        }

        public Task ReleaseAsync()
        {
            _gate.Set();
            return _held;
        }

        public void Dispose() => _gate.Dispose();
    }

    sealed class Noted(int id, Action committed) : IChange<SqliteConnection>
    {
        public void Apply(SqliteConnection writer) => Insert(writer, id, "");

        public void Committed() => committed();

        public void Failed(Exception reason) => throw reason;
    }
}
