using System.Collections.Concurrent;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace DataTransferHub.Engine.Tests.Engine;

/// <summary>What clients can do to instances.</summary>
public class LifecycleTests
{
    static readonly FunctionsUnderTest Functions = new FunctionsUnderTest()
        .Activity("Echo", call => call.Input)
        .Orchestrator("Echo", async Task<object?> (context) => await Task.FromResult(context.GetInput<string>()))
        .Orchestrator("Waits", async Task<object?> (context) => await context.WaitForExternalEvent<string>("Go"))
        .Orchestrator("Parent",
            async Task<object?> (context) => await context.CallSubOrchestratorAsync<string>("Waits",
            options: new SubOrchestrationOptions(instanceId: context.InstanceId + "-child")))
        .Orchestrator("Collects", async Task<object?> (context) =>
        {
            var seen = context.GetInput<List<int>>() ?? [];
            seen.Add(await context.WaitForExternalEvent<int>("Number"));
            if (seen.Count == 300)
                return seen;
            context.ContinueAsNew(seen);
            return null;
        })
        .Orchestrator("Counts", async Task<object?> (context) =>
        {
            var n = context.GetInput<int>();
            await context.CallActivityAsync("Echo", n);
            if (n < 50)
                context.ContinueAsNew(n + 1);
            return n;
        });

    [Fact]
    public async Task Continue_as_new_loses_no_event_and_keeps_their_order_across_a_crash()
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Collects", EngineUnderTest.Patience);
        for (var i = 0; i < 300; i++)
        {
            await engine.Client.RaiseEventAsync(id, "Number", i, EngineUnderTest.Patience);
            if (i is 100 or 200)
                await engine.CrashAndRestartAsync();
        }

        Assert.Equal(Enumerable.Range(0, 300), (await engine.CompletionAsync(id)).ReadOutputAs<List<int>>());
    }

    [Fact]
    public async Task Continue_as_new_begins_again_with_the_new_input()
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions);

        var result = await engine.RunAsync("Counts", 0);

        Assert.Equal((50, 50), (result.ReadInputAs<int>(), result.ReadOutputAs<int>()));
    }

    [Fact]
    public async Task Terminate_cancels_running_activities_and_drops_their_results()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        var functions = new FunctionsUnderTest()
            .Activity("Endless", async call =>
            {
                using var registration = call.CancellationToken.Register(cancelled.SetResult);
                started.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, call.CancellationToken);
                return null;
            })
            .Orchestrator("O", async Task<object?> (context) => await context.CallActivityAsync<string>("Endless"));
        await using var engine = await EngineUnderTest.StartAsync(functions);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("O", EngineUnderTest.Patience);
        await started.Task;

        await engine.Client.TerminateInstanceAsync(id, (object)"enough", EngineUnderTest.Patience);
        var result = await engine.CompletionAsync(id);
        await cancelled.Task.WaitAsync(EngineUnderTest.Patience);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, result.RuntimeStatus);
        Assert.Equal("enough", result.ReadOutputAs<string>());
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Terminate_reaches_children_only_when_asked(bool recursive)
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Parent", EngineUnderTest.Patience);
        await EngineUnderTest.UntilAsync(() => engine.Engine.DescribeWaiting(id + "-child")?.Events.Count == 1);

        await engine.Client.TerminateInstanceAsync(id, new TerminateInstanceOptions("stop", recursive), EngineUnderTest.Patience);
        await engine.CompletionAsync(id);
        if (!recursive)
            await engine.Client.RaiseEventAsync(id + "-child", "Go", "on", EngineUnderTest.Patience);

        var child = await engine.CompletionAsync(id + "-child");
        Assert.Equal(recursive ? OrchestrationRuntimeStatus.Terminated : OrchestrationRuntimeStatus.Completed, child.RuntimeStatus);
    }

    [Fact]
    public async Task A_terminated_child_fails_its_parent()
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Parent", EngineUnderTest.Patience);
        await EngineUnderTest.UntilAsync(() => engine.Engine.DescribeWaiting(id + "-child")?.Events.Count == 1);
        await engine.Client.TerminateInstanceAsync(id + "-child", EngineUnderTest.Patience);

        var result = await engine.CompletionAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, result.RuntimeStatus);
        var failure = result.FailureDetails!;
        Assert.Equal(typeof(Microsoft.DurableTask.TaskFailedException).FullName, failure.ErrorType);
        Assert.EndsWith("failed with an unhandled exception.", failure.ErrorMessage, StringComparison.Ordinal);
        Assert.Null(failure.InnerFailure);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_500)]
    public async Task An_instance_that_has_not_started_can_be_terminated_and_never_runs_however_many_events_wait(int events)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var ran = false;
        var functions = new FunctionsUnderTest().Orchestrator("O", context =>
        {
            ran = true;
            return Task.FromResult<object?>(null);
        });
        await using var engine = await EngineUnderTest.StartAsync(functions, time);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync(
            "O", new StartOrchestrationOptions(StartAt: time.GetUtcNow().AddDays(1)), EngineUnderTest.Patience);
        await Task.WhenAll(Enumerable.Range(0, events).Select(i => engine.Client.RaiseEventAsync(id, "E", i, EngineUnderTest.Patience)));

        await engine.Client.TerminateInstanceAsync(id, EngineUnderTest.Patience);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await engine.CompletionAsync(id)).RuntimeStatus);
        time.Advance(TimeSpan.FromDays(2));
        Assert.False(ran);
    }

    [Fact]
    public async Task Suspend_holds_and_resume_goes_on_across_a_restart()
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Waits", EngineUnderTest.Patience);
        await engine.Client.SuspendInstanceAsync(id, "break", EngineUnderTest.Patience);
        await EngineUnderTest.UntilAsync(() => Status(engine, id) == OrchestrationRuntimeStatus.Suspended);
        await engine.Client.RaiseEventAsync(id, "Go", "held", EngineUnderTest.Patience);
        await engine.StopAndRestartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, Status(engine, id));

        await engine.Client.ResumeInstanceAsync(id, "go on", EngineUnderTest.Patience);

        Assert.Equal("held", (await engine.CompletionAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_finished_id_can_be_used_again_a_running_one_cannot()
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions);
        var options = new StartOrchestrationOptions("same");
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Waits", options, EngineUnderTest.Patience);
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => engine.Client.ScheduleNewOrchestrationInstanceAsync("Waits",
            options, EngineUnderTest.Patience));
        await engine.Client.RaiseEventAsync(
            "same", "Go", 1.ToString(System.Globalization.CultureInfo.InvariantCulture), EngineUnderTest.Patience);
        await engine.CompletionAsync("same");

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => engine.Client.ScheduleNewOrchestrationInstanceAsync(
            "Echo", "x", options.WithDedupeStatuses(OrchestrationRuntimeStatus.Completed), EngineUnderTest.Patience));
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "second", options, EngineUnderTest.Patience);

        Assert.Equal("second", (await engine.CompletionAsync("same")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_running_instance_can_be_replaced_when_asked_and_its_late_results_are_dropped()
    {
        var started = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        var functions = new FunctionsUnderTest()
            .Activity("Slow", async call =>
            {
                started.TrySetResult();
                await finish.Task;
                return "old";
            })
            .Orchestrator("Old", async Task<object?> (context) => await context.CallActivityAsync<string>("Slow"))
            .Orchestrator("New", async Task<object?> (context) => await context.WaitForExternalEvent<string>("Go"));
        await using var engine = await EngineUnderTest.StartAsync(functions);
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Old", new StartOrchestrationOptions("same"), EngineUnderTest.Patience);
        await started.Task;
        await engine.Client.ScheduleNewOrchestrationInstanceAsync(
            "New", new StartOrchestrationOptions("same").WithDedupeStatuses(
                OrchestrationRuntimeStatus.Completed), EngineUnderTest.Patience);
        finish.SetResult();
        await engine.Client.RaiseEventAsync("same", "Go", "new", EngineUnderTest.Patience);

        var result = await engine.CompletionAsync("same");
        Assert.Equal(("New", "new"), (result.Name, result.ReadOutputAs<string>()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_parent_hears_that_its_running_child_was_replaced(bool continuedAsNew)
    {
        var functions = new FunctionsUnderTest()
            .Orchestrator("Child", async Task<object?> (context) =>
            {
                if (continuedAsNew && context.GetInput<int>() == 0)
                {
                    context.ContinueAsNew(1);
                    return null;
                }
                return await context.WaitForExternalEvent<string>("Go");
            })
            .Orchestrator("Parent", async Task<object?> (context) =>
                await context.CallSubOrchestratorAsync<string>("Child", 0, new SubOrchestrationOptions(instanceId: "c")));
        await using var engine = await EngineUnderTest.StartAsync(functions);
        var parent = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Parent", EngineUnderTest.Patience);
        await EngineUnderTest.UntilAsync(() => engine.Engine.DescribeWaiting("c")?.Events.Count == 1);

        await engine.Client.ScheduleNewOrchestrationInstanceAsync(
            "Child", 1, new StartOrchestrationOptions("c").WithDedupeStatuses(
                OrchestrationRuntimeStatus.Completed), EngineUnderTest.Patience);

        var failure = (await engine.CompletionAsync(parent)).FailureDetails!.InnerFailure!;
        Assert.Equal("InstanceReplaced", failure.ErrorType);
        Assert.Contains("'Child' (c) was replaced", failure.ErrorMessage, StringComparison.Ordinal);
        await engine.Client.RaiseEventAsync("c", "Go", "own way", EngineUnderTest.Patience);
        Assert.Equal("own way", (await engine.CompletionAsync("c")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_child_whose_id_is_taken_fails_instead_of_waiting_for_ever()
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions);
        await engine.Client.ScheduleNewOrchestrationInstanceAsync(
            "Waits", new StartOrchestrationOptions("p-child"), EngineUnderTest.Patience);
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Parent", new StartOrchestrationOptions("p"), EngineUnderTest.Patience);

        var result = await engine.CompletionAsync("p");

        Assert.Contains("'p-child' already exists", result.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queries_page_through_what_they_ask_for()
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions);
        for (var i = 0; i < 7; i++)
            await engine.Client.ScheduleNewOrchestrationInstanceAsync(
                "Echo", $"{i}", new StartOrchestrationOptions($"e{i}"), EngineUnderTest.Patience);
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Waits", new StartOrchestrationOptions("w"), EngineUnderTest.Patience);
        for (var i = 0; i < 7; i++)
            await engine.CompletionAsync($"e{i}");

        var query = new OrchestrationQuery(
            Statuses: [OrchestrationRuntimeStatus.Completed], InstanceIdPrefix: "e", PageSize: 3, FetchInputsAndOutputs: true);
        var pages = new List<Page<OrchestrationMetadata>>();
        await foreach (var page in engine.Client.GetAllInstancesAsync(query).AsPages())
            pages.Add(page);

        Assert.Equal([3, 3, 1], pages.Select(p => p.Values.Count));
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"{i}"), pages.SelectMany(p => p.Values).Select(i => i.ReadOutputAs<string>()));
    }

    [Fact]
    public async Task Purge_takes_finished_instances_with_their_children_and_no_others()
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions);
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Parent", new StartOrchestrationOptions("p"), EngineUnderTest.Patience);
        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Client.PurgeInstanceAsync("p", EngineUnderTest.Patience));
        await EngineUnderTest.UntilAsync(() => engine.Engine.DescribeWaiting("p-child") is not null);
        await engine.Client.RaiseEventAsync("p-child", "Go", "x", EngineUnderTest.Patience);
        await engine.CompletionAsync("p");

        var purged = await engine.Client.PurgeInstanceAsync("p", new PurgeInstanceOptions(Recursive: true), EngineUnderTest.Patience);

        Assert.Equal(2, purged.PurgedInstanceCount);
        Assert.Null(await engine.Client.GetInstanceAsync("p-child", EngineUnderTest.Patience));
        Assert.Equal(
            0, (await engine.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(), EngineUnderTest.Patience)).PurgedInstanceCount);
    }

    [Fact]
    public async Task Restart_runs_the_same_work_again()
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions);
        await engine.Client.ScheduleNewOrchestrationInstanceAsync(
            "Echo", "again", new StartOrchestrationOptions("r"), EngineUnderTest.Patience);
        await engine.CompletionAsync("r");

        var copy = await engine.Client.RestartAsync("r", restartWithNewInstanceId: true, EngineUnderTest.Patience);

        Assert.NotEqual("r", copy);
        Assert.Equal("again", (await engine.CompletionAsync(copy)).ReadOutputAs<string>());
        Assert.Equal("r", await engine.Client.RestartAsync("r", cancellation: EngineUnderTest.Patience));
        await Assert.ThrowsAsync<ArgumentException>(() => engine.Client.RestartAsync("missing", cancellation: EngineUnderTest.Patience));
    }

    [Fact]
    public async Task Limits_hold_for_all_activities_and_for_those_of_a_name()
    {
        var running = new ConcurrentDictionary<string, int>();
        var most = new ConcurrentDictionary<string, int>();
        var functions = new FunctionsUnderTest()
            .Activity("Any", call => Work("all"))
            .Activity("Scarce", async call =>
            {
                await Work("scarce");
                return null;
            })
            .Orchestrator("O", async Task<object?> (context) =>
            {
                await Task.WhenAll(Enumerable.Range(0, 30).Select(i => context.CallActivityAsync(i % 2 == 0 ? "Any" : "Scarce")));
                return null;
            });
        await using var engine = await EngineUnderTest.StartAsync(functions, configure: options => options with
        {
            MaxConcurrentActivities = 5,
            MaxConcurrentActivitiesByName = new Dictionary<string, int> { ["scarce"] = 2 },
        });

        await engine.RunAsync("O");

        Assert.InRange(most["all"], 1, 5);
        Assert.InRange(most["scarce"], 1, 2);

        async Task<object?> Work(string kind)
        {
            var now = running.AddOrUpdate(kind, 1, (_, n) => n + 1);
            most.AddOrUpdate(kind, now, (_, n) => Math.Max(n, now));
            await Task.Yield();
            running.AddOrUpdate(kind, 0, (_, n) => n - 1);
            return null;
        }
    }

    [Fact]
    public async Task Waiting_names_activities_timers_children_and_events()
    {
        var gate = new TaskCompletionSource<object?>();
        var functions = new FunctionsUnderTest()
            .Activity("Slow", call => gate.Task)
            .Orchestrator("Child", async Task<object?> (context) => await context.WaitForExternalEvent<int>("Never"))
            .Orchestrator("O", async Task<object?> (context) =>
            {
                await Task.WhenAll(
                    context.CallActivityAsync("Slow"),
                    context.CreateTimer(TimeSpan.FromHours(1), default),
                    context.CallSubOrchestratorAsync("Child", options: new SubOrchestrationOptions(instanceId: "kid")),
                    context.WaitForExternalEvent<int>("Approval"));
                return null;
            });
        await using var engine = await EngineUnderTest.StartAsync(functions);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("O", EngineUnderTest.Patience);
        await EngineUnderTest.UntilAsync(() => engine.Engine.DescribeWaiting(id)?.Events.Count == 1);
        await engine.CrashAndRestartAsync();

        var waiting = engine.Engine.DescribeWaiting(id)!;
        gate.SetResult(null);

        Assert.Equal("Slow", waiting.Activities[0]);
        Assert.Contains(1, waiting.Timers.Keys);
        Assert.Equal("kid", waiting.SubOrchestrations[2]);
        Assert.Equal(["Approval"], waiting.Events);
    }

    static OrchestrationRuntimeStatus Status(EngineUnderTest engine, string id) =>
        engine.Client.GetInstanceAsync(id, EngineUnderTest.Patience).GetAwaiter().GetResult()!.RuntimeStatus;
}
