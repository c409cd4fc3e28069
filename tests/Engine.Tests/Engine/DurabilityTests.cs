using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace DataTransferHub.Engine.Tests.Engine;

/// <summary>The state after a crash, a stop, and damage of the file.</summary>
public class DurabilityTests
{
    [Fact]
    public async Task After_a_crash_work_goes_on_where_it_was_and_nothing_confirmed_runs_again()
    {
        var runs = new ConcurrentDictionary<string, int>();
        var gate = new TaskCompletionSource();
        var functions = new FunctionsUnderTest()
            .Activity("Step", async call =>
            {
                runs.AddOrUpdate(call.Input!, 1, (_, n) => n + 1);
                if (call.Input == "2")
                    await gate.Task;
                return call.Input;
            })
            .Orchestrator("Steps", async Task<object?> (context) =>
            {
                for (var i = 0; i < 4; i++)
                    await context.CallActivityAsync("Step", i);
                return "done";
            });
        await using var engine = await EngineUnderTest.StartAsync(functions);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Steps", EngineUnderTest.Patience);
        await EngineUnderTest.UntilAsync(() => runs.ContainsKey("2"));

        await engine.CrashAndRestartAsync();
        gate.SetResult();
        var result = await engine.CompletionAsync(id);

        Assert.Equal("done", result.ReadOutputAs<string>());
        Assert.Equal((1, 1, 2, 1), (runs["0"], runs["1"], runs["2"], runs["3"]));
    }

    [Fact]
    public async Task Crashes_at_any_time_lose_nothing_and_record_every_result_once()
    {
        var functions = new FunctionsUnderTest()
            .Activity("Square", call => int.Parse(call.Input!) * int.Parse(call.Input!))
            .Orchestrator("Child", async Task<object?> (context) => await context.CallActivityAsync<int>("Square", context.GetInput<int>()))
            .Orchestrator("Parent", async Task<object?> (context) =>
            {
                var sum = 0;
                for (var i = 0; i < 5; i++)
                    sum += await context.CallSubOrchestratorAsync<int>("Child", i);
                var rest = await Task.WhenAll(Enumerable.Range(5, 20).Select(i => context.CallActivityAsync<int>("Square", i)));
                return sum + rest.Sum();
            });
        await using var engine = await EngineUnderTest.StartAsync(functions);
        var ids = new List<string>();
        var random = new Random(20261122);
        for (var round = 0; round < 15; round++)
        {
            for (var i = 0; i < 10; i++)
                ids.Add(await engine.Client.ScheduleNewOrchestrationInstanceAsync("Parent", EngineUnderTest.Patience));
            // A different amount of work is under way each time.
            for (var spins = random.Next(2_000); spins > 0; spins--)
                await Task.Yield();
            await engine.CrashAndRestartAsync();
        }

        foreach (var id in ids)
            Assert.Equal(Enumerable.Range(0, 25).Sum(i => i * i), (await engine.CompletionAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_raised_event_survives_a_crash_also_before_the_instance_starts()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var functions = new FunctionsUnderTest()
            .Orchestrator("Waits", async Task<object?> (context) => await context.WaitForExternalEvent<string>("Go"));
        await using var engine = await EngineUnderTest.StartAsync(functions, time);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync(
            "Waits", null, new StartOrchestrationOptions(StartAt: time.GetUtcNow().AddHours(1)), EngineUnderTest.Patience);
        await engine.Client.RaiseEventAsync(id, "go", "now", EngineUnderTest.Patience);

        await engine.CrashAndRestartAsync();
        Assert.Equal(
            OrchestrationRuntimeStatus.Pending,
            (await engine.Client.GetInstanceAsync(id, EngineUnderTest.Patience))!.RuntimeStatus);
        time.Advance(TimeSpan.FromHours(1));

        Assert.Equal("now", (await engine.CompletionAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Timers_that_fell_due_while_the_hub_was_down_fire_at_once()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var functions = new FunctionsUnderTest().Orchestrator("Sleeps", async Task<object?> (context) =>
        {
            await context.CreateTimer(TimeSpan.FromDays(2), default);
            return "awake";
        });
        await using var engine = await EngineUnderTest.StartAsync(functions, time);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Sleeps", EngineUnderTest.Patience);
        await EngineUnderTest.UntilAsync(() => engine.Engine.DescribeWaiting(id)?.Timers.Count == 1);
        engine.Engine.Abandon();
        time.Advance(TimeSpan.FromDays(5));
        await engine.CrashAndRestartAsync();

        Assert.Equal("awake", (await engine.CompletionAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_stop_lets_activities_finish_then_parks_those_that_do_not()
    {
        var attempts = 0;
        var started = new TaskCompletionSource();
        var functions = new FunctionsUnderTest()
            .Activity("Endless", async call =>
            {
                if (Interlocked.Increment(ref attempts) > 1)
                    return "second run";
                started.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, call.CancellationToken);
                return "never";
            })
            .Orchestrator("O", async Task<object?> (context) => await context.CallActivityAsync<string>("Endless"));
        await using var engine = await EngineUnderTest.StartAsync(
            functions, configure: options => options with { ShutdownGrace = TimeSpan.FromMilliseconds(20) });
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("O", EngineUnderTest.Patience);
        await started.Task;

        await engine.StopAndRestartAsync();

        Assert.Equal("second run", (await engine.CompletionAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_result_that_came_during_the_grace_is_kept()
    {
        var attempts = 0;
        var started = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        var functions = new FunctionsUnderTest()
            .Activity("Slow", async call =>
            {
                Interlocked.Increment(ref attempts);
                started.SetResult();
                await finish.Task;
                return "first run";
            })
            .Orchestrator("O", async Task<object?> (context) => await context.CallActivityAsync<string>("Slow"));
        await using var engine = await EngineUnderTest.StartAsync(functions);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("O", EngineUnderTest.Patience);
        await started.Task;
        var restarted = engine.StopAndRestartAsync();
        finish.SetResult();
        await restarted;

        Assert.Equal("first run", (await engine.CompletionAsync(id)).ReadOutputAs<string>());
        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task Ten_thousand_waiting_instances_are_taken_up_by_the_next_start()
    {
        const int Instances = 10_000;
        var functions = new FunctionsUnderTest()
            .Activity("Echo", call => call.Input)
            .Orchestrator("Waits", async Task<object?> (context) =>
            {
                await context.CallActivityAsync("Echo", context.GetInput<int>());
                return await context.WaitForExternalEvent<string>("Go") + context.GetInput<int>();
            });
        await using var engine = await EngineUnderTest.StartAsync(functions);
        var ids = await Task.WhenAll(Enumerable.Range(0, Instances)
            .Select(i => engine.Client.ScheduleNewOrchestrationInstanceAsync("Waits", i, EngineUnderTest.Patience)));
        await EngineUnderTest.UntilAsync(() => ids.All(id => engine.Engine.DescribeWaiting(id)?.Events.Count == 1));

        var begun = Stopwatch.GetTimestamp();
        await engine.CrashAndRestartAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Instances} instances were taken up in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.00} s.");

        await engine.Client.RaiseEventAsync(ids[0], "Go", "first ", EngineUnderTest.Patience);
        await engine.Client.RaiseEventAsync(ids[^1], "Go", "last ", EngineUnderTest.Patience);
        Assert.Equal("first 0", (await engine.CompletionAsync(ids[0])).ReadOutputAs<string>());
        Assert.Equal($"last {Instances - 1}", (await engine.CompletionAsync(ids[^1])).ReadOutputAs<string>());
        Assert.All(ids[1..^1], id => Assert.NotNull(engine.Engine.Running.Find(id)));
    }

    [Fact]
    public async Task A_damaged_history_fails_its_instance_and_its_parent_while_others_go_on()
    {
        var functions = new FunctionsUnderTest()
            .Orchestrator("Waits", async Task<object?> (context) => await context.WaitForExternalEvent<string>("Go"))
            .Orchestrator("Parent", async Task<object?> (context) =>
                await context.CallSubOrchestratorAsync<string>("Waits", options: new SubOrchestrationOptions(instanceId: "child")));
        await using var engine = await EngineUnderTest.StartAsync(functions);
        var parent = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Parent", EngineUnderTest.Patience);
        var healthy = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Waits", EngineUnderTest.Patience);
        await EngineUnderTest.UntilAsync(() => engine.Engine.DescribeWaiting("child")?.Events.Count == 1);
        engine.Engine.Abandon();
        Damage(engine.DatabasePath, "child");

        await engine.CrashAndRestartAsync();
        await engine.Client.RaiseEventAsync(healthy, "Go", "fine", EngineUnderTest.Patience);

        Assert.Equal("CorruptHistory", (await engine.CompletionAsync("child")).FailureDetails!.ErrorType);
        Assert.Equal("CorruptHistory", (await engine.CompletionAsync(parent)).FailureDetails!.InnerFailure!.ErrorType);
        Assert.Equal("fine", (await engine.CompletionAsync(healthy)).ReadOutputAs<string>());
    }

    static void Damage(string path, string instanceId)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE history SET events = zeroblob(9) WHERE instance = (SELECT key FROM instances WHERE id = $id)";
        command.Parameters.AddWithValue("$id", instanceId);
        Assert.True(command.ExecuteNonQuery() > 0);
    }
}
