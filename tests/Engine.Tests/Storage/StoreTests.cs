using DataTransferHub.Engine.Storage;
using DataTransferHub.Sqlite;
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

        Assert.Contains("another hub", Assert.Throws<DatabaseException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_a_newer_version_is_refused_and_left_alone()
    {
        Open().Dispose();
        Execute("PRAGMA user_version = 99");

        Assert.Contains("newer version", Assert.Throws<DatabaseException>(Open).Message, StringComparison.Ordinal);
        Assert.Equal("99", Execute("PRAGMA user_version"));
    }

    [Fact]
    public void A_file_of_another_hub_is_refused()
    {
        Open().Dispose();

        Assert.Contains(
            "'hub'",
            Assert.Throws<DatabaseException>(() => Store.Open(DatabasePath, "other", NullLogger.Instance)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_with_its_name()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(DatabasePath, new string('x', 10_000));

        Assert.Contains(DatabasePath, Assert.Throws<DatabaseException>(Open).Message, StringComparison.Ordinal);
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

        var found = Assert.Throws<DatabaseException>(() => again.Read(reader => reader.History(1).ToList()));
        Assert.True(found.IsDamage);
        Assert.StartsWith(
            $"'{DatabasePath}' is damaged (episode 0 of instance #1 does not match its checksum)", found.Message, StringComparison.Ordinal);
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

    sealed class Write(Action<StoreTransaction> apply) : StoreOperation<bool>
    {
        protected override bool Result => true;

        public override void Apply(StoreTransaction transaction) => apply(transaction);

        protected override void Publish()
        {
        }
    }
}
