using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using DataTransferHub.Engine.Storage;
using DataTransferHub.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;
using Xunit;

namespace DataTransferHub.Engine.Tests.Engine;

/// <summary>Behaviour while nothing can be written, and afterwards.</summary>
public class FullDiskTests
{
    const int EpisodeWrittenAgain = 130;

    [Fact]
    public async Task A_full_disk_stops_work_with_clear_errors_and_loses_and_doubles_nothing_once_there_is_space()
    {
        var runs = new ConcurrentDictionary<string, int>();
        var gate = new TaskCompletionSource();
        var functions = new FunctionsUnderTest()
            .Activity("Fill", async call =>
            {
                await gate.Task;
                runs.AddOrUpdate(call.InstanceId + call.Input, 1, (_, n) => n + 1);
                return new string('x', 30_000);
            })
            .Orchestrator("O", async Task<object?> (context) =>
            {
                var length = 0;
                for (var i = 0; i < 3; i++)
                    length += (await context.CallActivityAsync<string>("Fill", i)).Length;
                return length;
            });
        await using var engine = await EngineUnderTest.StartAsync(functions);
        var ids = new List<string>();
        for (var i = 0; i < 20; i++)
            ids.Add(await engine.Client.ScheduleNewOrchestrationInstanceAsync("O", EngineUnderTest.Patience));
        await EngineUnderTest.UntilAsync(() => ids.TrueForAll(id => engine.Engine.DescribeWaiting(id)?.Activities.Count == 1));
        var store = engine.Engine.Running.Store;

        // SQLite bounds the file at the size it has: the next page it needs is refused as on a full disk.
        await store.WriteAsync(new Limit(1));
        gate.SetResult();
        await EngineUnderTest.UntilAsync(() => engine.Log.Entries.Count(entry => entry.Id == EpisodeWrittenAgain) >= 40);
        var refused = await Assert.ThrowsAsync<DatabaseException>(() => engine.Client.ScheduleNewOrchestrationInstanceAsync("O",
            new string('y', 100_000), EngineUnderTest.Patience));

        Assert.Contains("is full", refused.Message, StringComparison.Ordinal);
        Assert.Contains(engine.DatabasePath, refused.Message, StringComparison.Ordinal);
        foreach (var id in ids)
            Assert.Equal(
                OrchestrationRuntimeStatus.Running, (await engine.Client.GetInstanceAsync(id, EngineUnderTest.Patience))!.RuntimeStatus);

        await store.WriteAsync(new Limit(1_000_000));
        foreach (var id in ids)
            Assert.Equal(90_000, (await engine.CompletionAsync(id)).ReadOutputAs<int>());
        Assert.Equal(60, runs.Count);
        Assert.All(runs.Values, n => Assert.Equal(1, n));
    }

    [Fact]
    public async Task An_episode_that_can_never_be_written_fails_its_instance_and_no_other()
    {
        var functions = new FunctionsUnderTest()
            .Orchestrator("O", async Task<object?> (context) =>
            {
                context.SendEvent("nobody", "E", await context.WaitForExternalEvent<string>("Go"));
                return "sent";
            });
        await using var engine = await EngineUnderTest.StartAsync(functions, new ImpatientTime());
        Refuse(engine.DatabasePath);
        var bad = await engine.Client.ScheduleNewOrchestrationInstanceAsync("O", EngineUnderTest.Patience);
        var good = await engine.Client.ScheduleNewOrchestrationInstanceAsync("O", EngineUnderTest.Patience);

        await engine.Client.RaiseEventAsync(bad, "Go", new string('x', 10_000), EngineUnderTest.Patience);
        await engine.Client.RaiseEventAsync(good, "Go", "x", EngineUnderTest.Patience);

        Assert.Equal("sent", (await engine.CompletionAsync(good)).ReadOutputAs<string>());
        var failure = (await engine.CompletionAsync(bad)).FailureDetails!;
        Assert.Equal("PoisonWorkItem", failure.ErrorType);
        Assert.Contains("too large for this test", failure.ErrorMessage, StringComparison.Ordinal);
    }

    // A permanent refusal, as for a row that is too large for SQLite.
    static void Refuse(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            CREATE TRIGGER refuse BEFORE INSERT ON history WHEN length(NEW.events) > 10000
            BEGIN SELECT RAISE(ABORT, 'too large for this test'); END
            """;
        command.ExecuteNonQuery();
    }

    sealed class Limit(long pages) : StoreOperation<bool>
    {
        protected override bool Result => true;

        // The bound belongs to the writer's own connection.
        public override void Apply(StoreTransaction transaction)
        {
            using var command = CommandOf(StatementOf(transaction)).Connection!.CreateCommand();
            command.CommandText = $"PRAGMA max_page_count = {pages}";
            command.ExecuteNonQuery();
        }

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_find")]
        static extern ref Statement StatementOf(StoreTransaction transaction);

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_command")]
        static extern ref SqliteCommand CommandOf(Statement statement);

        protected override void Publish()
        {
        }
    }
}
