using System.Collections.Concurrent;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace DataTransferHub.Engine.Tests.Engine;

/// <summary>What happens when someone sets the clock.</summary>
public class ClockTests
{
    static readonly FunctionsUnderTest Sleeps = new FunctionsUnderTest().Orchestrator("Sleeps", async Task<object?> (context) =>
    {
        await context.CreateTimer(TimeSpan.FromHours(1), default);
        return context.CurrentUtcDateTime;
    });

    [Fact]
    public async Task A_timer_waits_for_its_time_when_the_clock_was_set_back()
    {
        var time = new FakeTimeProvider();
        var due = time.GetUtcNow().UtcDateTime.AddHours(1);
        await using var engine = await EngineUnderTest.StartAsync(Sleeps, time);
        var id = await BeginSleepAsync(engine);

        time.AdjustTime(time.GetUtcNow().AddMinutes(-30));
        time.Advance(TimeSpan.FromMinutes(89));
        Assert.Single(engine.Engine.DescribeWaiting(id)!.Timers);

        time.Advance(TimeSpan.FromMinutes(2));
        Assert.InRange((await engine.CompletionAsync(id)).ReadOutputAs<DateTime>(), due, due.AddMinutes(1));
    }

    [Fact]
    public async Task A_timer_fires_within_seconds_when_the_clock_was_set_past_it()
    {
        var time = new FakeTimeProvider();
        await using var engine = await EngineUnderTest.StartAsync(Sleeps, time);
        var id = await BeginSleepAsync(engine);

        time.AdjustTime(time.GetUtcNow().AddHours(2));
        time.Advance(TimeSpan.FromSeconds(16));

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.CompletionAsync(id)).RuntimeStatus);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_orchestrators_time_never_goes_back_also_across_crashes_and_executions(bool crash)
    {
        var seen = new ConcurrentQueue<DateTime>();
        var functions = new FunctionsUnderTest().Orchestrator("O", async Task<object?> (context) =>
        {
            if (!context.IsReplaying)
                seen.Enqueue(context.CurrentUtcDateTime);
            await context.WaitForExternalEvent<string>("Go");
            if (!context.IsReplaying)
                seen.Enqueue(context.CurrentUtcDateTime);
            context.ContinueAsNew();
            return null;
        });
        var time = new FakeTimeProvider();
        await using var engine = await EngineUnderTest.StartAsync(functions, time);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("O", EngineUnderTest.Patience);
        for (var round = 1; round <= 4; round++)
        {
            await EngineUnderTest.UntilAsync(() => seen.Count == (2 * round) - 1 && engine.Engine.DescribeWaiting(id)?.Events.Count == 1);
            time.AdjustTime(time.GetUtcNow().AddMinutes(round % 2 == 0 ? 5 : -10));
            if (crash)
                await engine.CrashAndRestartAsync();
            await engine.Client.RaiseEventAsync(id, "Go", cancellation: EngineUnderTest.Patience);
        }
        await EngineUnderTest.UntilAsync(() => seen.Count == 9);

        Assert.Equal(seen.Order(), seen);
    }

    static async Task<string> BeginSleepAsync(EngineUnderTest engine)
    {
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Sleeps", EngineUnderTest.Patience);
        await EngineUnderTest.UntilAsync(() => engine.Engine.DescribeWaiting(id)?.Timers.Count == 1);
        return id;
    }
}
