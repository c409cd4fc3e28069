using DataTransferHub.Engine.Storage;
using DataTransferHub.Engine.Tests.Engine;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DataTransferHub.Engine.Tests.Storage;

public sealed class StoreTests : IDisposable
{
    readonly string _folder = Path.Combine(Path.GetTempPath(), "dth-store-" + Guid.NewGuid().ToString("N"));

    string DatabasePath => Path.Combine(_folder, "hub.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_written_is_there_when_the_file_is_opened_again()
    {
        using (var store = Open())
        {
            await store.WriteAsync(new Write(Insert));
        }
        using var again = Open();

        var instance = again.Read(reader => reader.Instance("i"))!;
        Assert.Equal(("O", OrchestrationStatus.Pending, "t"), (instance.Name, instance.Status, instance.Tags["tag"]));
        Assert.Equal("\"in\"", again.Read(reader => reader.Text(instance.Key, PayloadKind.Input)));
        Assert.Equal([1, 2, 3], again.Read(reader => reader.History(instance.Key).Single().Events));
    }

    [Fact]
    public void A_second_hub_on_the_same_file_is_refused()
    {
        using var first = Open();

        Assert.Contains("another hub", Assert.Throws<StoreException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_a_newer_version_is_refused_and_left_alone()
    {
        Open().Dispose();
        Execute("UPDATE meta SET value = '99' WHERE name = 'schema'");

        Assert.Contains("newer version", Assert.Throws<StoreException>(Open).Message, StringComparison.Ordinal);
        Assert.Equal("99", Execute("SELECT value FROM meta WHERE name = 'schema'"));
    }

    [Fact]
    public void A_file_of_another_hub_is_refused()
    {
        Open().Dispose();

        Assert.Contains(
            "'hub'",
            Assert.Throws<StoreException>(() => Store.Open(DatabasePath, "other", NullLogger.Instance)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_with_its_name()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(DatabasePath, new string('x', 10_000));

        Assert.Contains(DatabasePath, Assert.Throws<StoreException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_row_is_found()
    {
        using (var store = Open())
        {
            await store.WriteAsync(new Write(Insert));
        }
        Execute("UPDATE history SET events = x'010204'");
        using var again = Open();

        var found = Assert.Throws<StoreException>(() => again.Read(reader => reader.History(1).ToList()));
        Assert.True(found.IsDamage);
        Assert.StartsWith(
            $"'{DatabasePath}' is damaged (episode 0 of instance #1 does not match its checksum)", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_bad_change_does_not_fail_those_written_with_it()
    {
        using var store = Open();
        using var gate = new ManualResetEventSlim();
        // Holds the writer up so that the others become one batch.
        var holding = store.WriteAsync(new Write(_ => gate.Wait(TestContext.Current.CancellationToken)));
        var before = store.WriteAsync(new Write(t => t.WriteMessage(1, 0, null, [1])));
        var bad = store.WriteAsync(new Write(t =>
        {
            t.WriteMessage(2, 0, null, [1]);
            throw new InvalidOperationException("bad");
        }));
        var after = store.WriteAsync(new Write(t => t.WriteMessage(3, 0, null, [1])));
        gate.Set();

        await holding;
        await before;
        await after;
        Assert.Equal("bad", (await Assert.ThrowsAsync<InvalidOperationException>(() => bad)).Message);
        Assert.Equal("1,3", Execute("SELECT group_concat(instance) FROM inbox"));
    }

    [Fact]
    public async Task Changes_are_reported_in_order_after_they_are_on_the_disk()
    {
        using var store = Open();
        var reported = new List<int>();
        var writes = Enumerable.Range(0, 500)
            .Select(i => store.WriteAsync(new Write(
                t => t.WriteMessage(i, 0, null, [1]),
                () =>
                {
                    reported.Add(i);
                    if (i == 250)
                        Assert.Equal("1", Execute("SELECT count(*) FROM inbox WHERE instance = 250"));
                })))
            .ToList();
        await Task.WhenAll(writes);

        Assert.Equal(Enumerable.Range(0, 500), reported);
    }

    [Fact]
    public async Task A_steady_load_does_not_make_the_log_grow_without_bound()
    {
        using var store = Open();
        var row = new byte[8_000];
        for (var round = 0; round < 40; round++)
            await Task.WhenAll(Enumerable.Range(0, 500).Select(i => store.WriteAsync(new Write(t => t.WriteMessage(i, 0, null, row)))));

        var log = new FileInfo(DatabasePath + "-wal").Length;
        var file = new FileInfo(DatabasePath).Length;
        Assert.InRange(log, 1, WalCheckpoints.MaxLogBytes + (16L << 20));
        Assert.InRange(file, WalCheckpoints.MaxLogBytes, long.MaxValue);
    }

    [Fact]
    public async Task In_a_pause_the_log_is_moved_into_the_file()
    {
        using var store = Open();
        var row = new byte[8_000];
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => store.WriteAsync(new Write(t => t.WriteMessage(i, 0, null, row)))));

        await EngineUnderTest.UntilAsync(() => new FileInfo(DatabasePath).Length > 8_000_000);
    }

    [Fact]
    public async Task A_closed_store_takes_no_changes()
    {
        var store = Open();
        store.Dispose();

        await Assert.ThrowsAsync<StoreException>(() => store.WriteAsync(new Write(_ => { })));
    }

    Store Open() => Store.Open(DatabasePath, "hub", NullLogger.Instance);

    string? Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        // The tests' own constants.
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString();
    }

    static void Insert(StoreTransaction transaction)
    {
        var key = transaction.InsertInstance(
            new ExecutionStartedEvent
            {
                Name = "O",
                Input = "\"in\"",
                OrchestrationInstance = new() { InstanceId = "i", ExecutionId = "e" },
                Tags = { ["tag"] = "t" },
            },
            DateTime.UtcNow);
        transaction.WriteEpisode(key, 0, [1, 2, 3]);
    }

    sealed class Write(Action<StoreTransaction> apply, Action? published = null) : StoreOperation<bool>
    {
        protected override bool Result => true;

        public override void Apply(StoreTransaction transaction) => apply(transaction);

        protected override void Publish() => published?.Invoke();
    }
}
