using Microsoft.DurableTask.Protobuf;
using Xunit;
using static DataTransferHub.Engine.Tests.Replay.ExecutionUnderTest;

namespace DataTransferHub.Engine.Tests.Replay;

public class ExternalEventTests
{
    [Theory, InlineData(false), InlineData(true)]
    public void Events_that_come_early_wait_in_order_under_any_case(bool replay)
    {
        var execution = new ExecutionUnderTest(
            async Task<object?> (context) =>
            {
                await context.CallActivityAsync("A");
                return await context.WaitForExternalEvent<int>("GO") + "," + await context.WaitForExternalEvent<int>("go");
            },
            replay);
        execution.Start(null, Raised("Go", 1));
        execution.Episode(Raised("gO", 2));

        Assert.Equal("\"1,2\"", execution.Episode(Completed(0)).Completion!.Result);
    }

    [Fact]
    public void The_newest_waiter_gets_the_event_first()
    {
        var execution = new ExecutionUnderTest(async Task<object?> (context) =>
        {
            var older = context.WaitForExternalEvent<string>("E");
            var newer = context.WaitForExternalEvent<string>("E");
            return $"{await newer} {await older}";
        });
        execution.Start();
        execution.Episode(Raised("E", "first"));

        Assert.Equal("\"first second\"", execution.Episode(Raised("E", "second")).Completion!.Result);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_waiter_that_gave_up_swallows_no_event(bool replay)
    {
        var execution = new ExecutionUnderTest(
            async Task<object?> (context) =>
            {
                try
                {
                    await context.WaitForExternalEvent<string>("E", TimeSpan.FromMinutes(1));
                }
                catch (OperationCanceledException)
                {
                    await context.CallActivityAsync("Later");
                    return await context.WaitForExternalEvent<string>("E");
                }
                return "too early";
            },
            replay);
        execution.Start();
        execution.Episode(Fired(0));
        execution.Episode(Raised("E", "kept"));

        Assert.Equal("\"kept\"", execution.Episode(Completed(1)).Completion!.Result);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void An_event_in_time_cancels_the_timer(bool replay)
    {
        var execution = new ExecutionUnderTest(
            async Task<object?> (context) => await context.WaitForExternalEvent<string>("E", TimeSpan.FromMinutes(1)), replay);
        var started = execution.Start();
        var ended = execution.Episode(Raised("E", "in time"));

        Assert.NotNull(Assert.Single(started.Actions).CreateTimer);
        Assert.Equal("\"in time\"", ended.Completion!.Result);
        Assert.Equal([0], ended.CancelledTimers);
    }

    [Fact]
    public void Waiters_of_one_name_agree_on_the_type()
    {
        var execution = new ExecutionUnderTest(async Task<object?> (context) =>
        {
            var asText = context.WaitForExternalEvent<string>("E");
            await context.WaitForExternalEvent<int>("E");
            return await asText;
        });

        Assert.Equal(typeof(ArgumentException).FullName, execution.Start().Completion!.FailureDetails.ErrorType);
    }

    [Fact]
    public void Awaited_names_are_known()
    {
        var execution = new ExecutionUnderTest(async Task<object?> (context) =>
            await await Task.WhenAny(context.WaitForExternalEvent<int>("Approved"), context.WaitForExternalEvent<int>("Rejected")));
        execution.Start();

        Assert.Equal(["Approved", "Rejected"], execution.AwaitedEvents.Order());
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Continue_as_new_carries_over_every_event_that_was_not_taken(bool replay)
    {
        var execution = new ExecutionUnderTest(
            async Task<object?> (context) =>
            {
                var taken = await context.WaitForExternalEvent<int>("E");
                context.ContinueAsNew(taken + 1);
                return "ignored";
            },
            replay);
        execution.Start(null);

        var result = execution.Episode(Raised("Other", "x"), Raised("E", 1), Raised("E", 2), Raised("e", 3));

        Assert.Equal(OrchestrationStatus.ContinuedAsNew, result.Completion!.OrchestrationStatus);
        Assert.Equal("2", result.Completion.Result);
        Assert.Equal(["\"x\"", "2", "3"], result.Completion.CarryoverEvents.Select(e => e.EventRaised.Input));
    }

    [Fact]
    public void Continue_as_new_leaves_events_behind_when_told_so()
    {
        var execution = new ExecutionUnderTest(async Task<object?> (context) =>
        {
            await context.WaitForExternalEvent<int>("E");
            context.ContinueAsNew(null, preserveUnprocessedEvents: false);
            return null;
        });
        execution.Start();

        Assert.Empty(execution.Episode(Raised("E", 1), Raised("E", 2)).Completion!.CarryoverEvents);
    }

    [Fact]
    public void Continue_as_new_does_not_wait_for_open_tasks_and_a_failure_wins_over_it()
    {
        var continues = new ExecutionUnderTest(context =>
        {
            _ = context.CreateTimer(TimeSpan.FromDays(1), default);
            context.ContinueAsNew();
            return Task.FromResult<object?>(null);
        });
        var fails = new ExecutionUnderTest(context =>
        {
            context.ContinueAsNew();
            throw new InvalidOperationException("after all");
        });

        Assert.Equal(OrchestrationStatus.ContinuedAsNew, continues.Start().Completion!.OrchestrationStatus);
        Assert.Equal(OrchestrationStatus.Failed, fails.Start().Completion!.OrchestrationStatus);
    }
}
