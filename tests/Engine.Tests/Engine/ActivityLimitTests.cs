using System.Collections.Concurrent;
using DataTransferHub.Engine.Catalog;
using Microsoft.DurableTask.Client;
using Xunit;

namespace DataTransferHub.Engine.Tests.Engine;

/// <summary>Activities with a concurrency limit of their own.</summary>
public class ActivityLimitTests
{
    [Fact]
    public async Task When_an_instance_that_waits_is_terminated_the_next_one_runs()
    {
        var activities = new HeldActivities();
        await using var engine = await StartAsync(activities, limit: 1, overall: 8);
        var running = await ScheduleAsync(engine, "Limited");
        await EngineUnderTest.UntilAsync(() => activities.Begun.Contains(running));
        var terminated = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ScheduleAsync(engine, "Limited")));
        var behind = await ScheduleAsync(engine, "Limited");

        foreach (var id in terminated)
        {
            await engine.Client.TerminateInstanceAsync(id, cancellation: EngineUnderTest.Patience);
            await engine.CompletionAsync(id);
        }
        activities.Release(running);
        activities.Release(behind);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.CompletionAsync(behind)).RuntimeStatus);
        Assert.Equal([running, behind], activities.Begun);
    }

    [Fact]
    public async Task When_an_instance_that_is_next_is_terminated_while_all_slots_are_taken_the_one_behind_it_runs()
    {
        var activities = new HeldActivities();
        await using var engine = await StartAsync(activities, limit: 2, overall: 1);
        var running = await ScheduleAsync(engine, "Limited");
        await EngineUnderTest.UntilAsync(() => activities.Begun.Contains(running));
        var next = await ScheduleAsync(engine, "Limited");
        var behind = await ScheduleAsync(engine, "Limited");

        await engine.Client.TerminateInstanceAsync(next, cancellation: EngineUnderTest.Patience);
        await engine.CompletionAsync(next);
        activities.Release(running);
        activities.Release(behind);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.CompletionAsync(behind)).RuntimeStatus);
    }

    [Fact]
    public async Task Activities_of_a_name_run_in_the_order_in_which_they_were_scheduled()
    {
        var activities = new HeldActivities();
        await using var engine = await StartAsync(activities, limit: 1, overall: 2);
        var other = await ScheduleAsync(engine, "Free");
        var first = await ScheduleAsync(engine, "Limited");
        await EngineUnderTest.UntilAsync(() => activities.Begun.Length == 2);
        var waiting = new List<string>();
        for (var i = 0; i < 3; i++)
            waiting.Add(await ScheduleAsync(engine, "Limited"));

        foreach (var id in (string[])[first, .. waiting])
        {
            await EngineUnderTest.UntilAsync(() => activities.Begun.Contains(id));
            activities.Release(id);
            await engine.CompletionAsync(id);
        }
        activities.Release(other);

        Assert.Equal([first, .. waiting], activities.Begun.Where(id => id != other));
    }

    [Fact]
    public async Task A_function_of_which_nothing_runs_starts_one_activity_though_all_slots_are_taken()
    {
        var activities = new HeldActivities();
        await using var engine = await StartAsync(activities, limit: 5, overall: 2);
        var blocking = new[] { await ScheduleAsync(engine, "Free"), await ScheduleAsync(engine, "Free") };
        var waiting = await ScheduleAsync(engine, "Free");
        await EngineUnderTest.UntilAsync(() => activities.Begun.Length == 2);

        var first = await ScheduleAsync(engine, "Limited");
        var second = await ScheduleAsync(engine, "Limited");
        await EngineUnderTest.UntilAsync(() => activities.Begun.Contains(first));
        activities.Release(first);
        await engine.CompletionAsync(first);
        activities.Release(second);
        await engine.CompletionAsync(second);

        Assert.Equal([.. blocking, first, second], activities.Begun);
        foreach (var id in (string[])[.. blocking, waiting])
            activities.Release(id);
        await engine.CompletionAsync(waiting);
    }

    static Task<EngineUnderTest> StartAsync(HeldActivities activities, int limit, int overall) => EngineUnderTest.StartAsync(
        new FunctionsUnderTest()
            .Activity("Limited", activities.RunAsync)
            .Activity("Free", activities.RunAsync)
            .Orchestrator("O", async Task<object?> (context) => await context.CallActivityAsync<string>(context.GetInput<string>()!)),
        configure: options => options with
        {
            MaxConcurrentActivities = overall,
            MaxConcurrentActivitiesByName = new Dictionary<string, int> { ["Limited"] = limit },
        });

    static async Task<string> ScheduleAsync(EngineUnderTest engine, string activity)
    {
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("O", activity, EngineUnderTest.Patience);
        await EngineUnderTest.UntilAsync(() => engine.Engine.DescribeWaiting(id)?.Activities.Count == 1);
        return id;
    }

    /// <summary>Activities that run until the test releases them.</summary>
    sealed class HeldActivities
    {
        readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();
        readonly ConcurrentQueue<string> _begun = new();

        /// <summary>The instances whose activity began, in order.</summary>
        public string[] Begun => [.. _begun];

        public void Release(string instanceId) => Gate(instanceId).TrySetResult();

        public async Task<object?> RunAsync(ActivityCall call)
        {
            _begun.Enqueue(call.InstanceId);
            await Gate(call.InstanceId).Task.WaitAsync(call.CancellationToken);
            return "done";
        }

        TaskCompletionSource Gate(string instanceId) =>
            _gates.GetOrAdd(instanceId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
