using DataTransferHub.Engine.Dispatch;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace DataTransferHub.Engine.Tests.Engine;

/// <summary>Cancelled timers use no memory.</summary>
public class TimerQueueTests
{
    [Fact]
    public void Timers_fire_in_order_and_those_that_were_cancelled_do_not()
    {
        var random = new Random(20261125);
        var time = new FakeTimeProvider();
        using var queue = new TimerQueue(time, NullLogger.Instance);
        var begun = time.GetUtcNow().UtcDateTime;
        var fired = new List<int>();
        var timers = Enumerable.Range(0, 2_000)
            .Select(i => new EngineTimer(begun.AddSeconds(random.Next(1, 500)), () => fired.Add(i)))
            .ToList();
        timers.ForEach(queue.Schedule);

        var cancelled = timers.Where(_ => random.Next(3) > 0).ToHashSet();
        foreach (var timer in cancelled.OrderBy(_ => random.Next()))
            queue.Cancel(timer);
        Assert.Equal(timers.Count - cancelled.Count, queue.Count);
        while (queue.Count > 0)
            time.Advance(TimeSpan.FromSeconds(1));

        var expected = Enumerable.Range(0, timers.Count)
            .Where(i => !cancelled.Contains(timers[i]))
            .OrderBy(i => timers[i].Due).ThenBy(i => i);
        Assert.Equal(expected, fired);
    }

    [Fact]
    public void A_timer_that_is_cancelled_holds_nothing()
    {
        using var queue = new TimerQueue(new FakeTimeProvider(), NullLogger.Instance);
        var timer = new EngineTimer(DateTime.MaxValue, () => { });
        queue.Schedule(timer);
        queue.Cancel(timer);
        Assert.Null(timer.Action);

        var late = new EngineTimer(DateTime.MaxValue, () => { });
        queue.Cancel(late);
        queue.Schedule(late);
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void A_timer_that_is_cancelled_after_the_queue_has_ended_does_no_harm()
    {
        var queue = new TimerQueue(new FakeTimeProvider(), NullLogger.Instance);
        var timer = new EngineTimer(DateTime.MaxValue, () => { });
        queue.Schedule(timer);
        queue.Dispose();
        queue.Cancel(timer);
    }

    [Fact]
    public async Task A_timer_that_an_orchestrator_cancels_leaves_the_queue()
    {
        await using var engine = await StartAsync();
        var id = await BeginAsync(engine, "TimeOut", timers: 1);
        for (var round = 0; round < 50; round++)
        {
            await engine.Client.RaiseEventAsync(id, "Go", cancellation: EngineUnderTest.Patience);
            await EngineUnderTest.UntilAsync(() => Waiting(engine, id) == (1, round + 2));
        }

        await EngineUnderTest.UntilAsync(() => engine.Engine.Running.Timers.Count == 1);
    }

    [Fact]
    public async Task After_a_restart_the_timers_that_were_cancelled_leave_with_the_next_episode()
    {
        await using var engine = await StartAsync();
        var id = await BeginAsync(engine, "TimeOut", timers: 1);
        await engine.Client.RaiseEventAsync(id, "Go", cancellation: EngineUnderTest.Patience);
        await EngineUnderTest.UntilAsync(() => Waiting(engine, id) == (1, 2));

        await engine.CrashAndRestartAsync();
        await engine.Client.RaiseEventAsync(id, "Go", cancellation: EngineUnderTest.Patience);

        await EngineUnderTest.UntilAsync(() => Waiting(engine, id) == (1, 3) && engine.Engine.Running.Timers.Count == 1);
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("terminated")]
    [InlineData("continued")]
    [InlineData("replaced")]
    public async Task The_timers_of_an_execution_that_has_ended_leave_the_queue(string how)
    {
        await using var engine = await StartAsync();
        var id = await BeginAsync(engine, "Sleeps", timers: 100);
        var queue = engine.Engine.Running.Timers;
        Assert.Equal(100, queue.Count);

        switch (how)
        {
            case "terminated":
                await engine.Client.TerminateInstanceAsync(id, cancellation: EngineUnderTest.Patience);
                break;
            case "replaced":
                await engine.Client.ScheduleNewOrchestrationInstanceAsync(
                    "Waits", null, new StartOrchestrationOptions(id).WithDedupeStatuses(), EngineUnderTest.Patience);
                break;
            default:
                await engine.Client.RaiseEventAsync(id, "Go", how, EngineUnderTest.Patience);
                break;
        }

        await EngineUnderTest.UntilAsync(() => queue.Count == 0);
    }

    [Fact]
    public async Task The_start_time_of_an_instance_that_is_terminated_before_it_leaves_the_queue()
    {
        await using var engine = await StartAsync();
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync(
            "Waits", null, new StartOrchestrationOptions(StartAt: DateTimeOffset.MaxValue), EngineUnderTest.Patience);
        Assert.Equal(1, engine.Engine.Running.Timers.Count);

        await engine.Client.TerminateInstanceAsync(id, cancellation: EngineUnderTest.Patience);
        await engine.CompletionAsync(id);

        Assert.Equal(0, engine.Engine.Running.Timers.Count);
    }

    [Fact]
    public async Task The_timer_of_a_retry_leaves_the_queue_with_its_instance()
    {
        await using var engine = await StartAsync();
        var id = await BeginAsync(engine, "Retries", timers: 1);
        Assert.Equal(1, engine.Engine.Running.Timers.Count);

        await engine.Client.TerminateInstanceAsync(id, cancellation: EngineUnderTest.Patience);
        await engine.CompletionAsync(id);

        Assert.Equal(0, engine.Engine.Running.Timers.Count);
    }

    static Task<EngineUnderTest> StartAsync() => EngineUnderTest.StartAsync(
        new FunctionsUnderTest()
            .Activity("Fails", call => throw new InvalidOperationException("as the test wants it"))
            .Orchestrator("Retries", context => context.CallActivityAsync(
                "Fails", options: TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromDays(1)))))
            .Orchestrator("Waits", context => context.WaitForExternalEvent<string>("Go"))
            .Orchestrator("TimeOut", async context =>
            {
                for (var round = 1; ; round++)
                {
                    context.SetCustomStatus(round);
                    using var enough = new CancellationTokenSource();
                    var timer = context.CreateTimer(TimeSpan.FromDays(1), enough.Token);
                    await Task.WhenAny(timer, context.WaitForExternalEvent<object?>("Go"));
                    // CancelAsync continues on another thread, which an orchestrator must never do.
                    enough.Cancel();
                }
            })
            .Orchestrator("Sleeps", async context =>
            {
                using var enough = new CancellationTokenSource();
                for (var i = 0; i < (context.GetInput<string>() is null ? 100 : 0); i++)
                    _ = context.CreateTimer(TimeSpan.FromDays(1), enough.Token);
                var next = await context.WaitForExternalEvent<string>("Go");
                if (next == "continued")
                {
                    context.ContinueAsNew("without timers");
                    return;
                }
                // As above.
                enough.Cancel();
            }),
        new FakeTimeProvider());

    static async Task<string> BeginAsync(EngineUnderTest engine, string orchestrator, int timers)
    {
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, EngineUnderTest.Patience);
        await EngineUnderTest.UntilAsync(() => engine.Engine.DescribeWaiting(id)?.Timers.Count == timers);
        return id;
    }

    static (int Timers, int Round) Waiting(EngineUnderTest engine, string id)
    {
        var status = engine.Client.GetInstanceAsync(id, getInputsAndOutputs: true, EngineUnderTest.Patience).GetAwaiter().GetResult()!;
        return (engine.Engine.DescribeWaiting(id)?.Timers.Count ?? 0, status.ReadCustomStatusAs<int>());
    }
}
