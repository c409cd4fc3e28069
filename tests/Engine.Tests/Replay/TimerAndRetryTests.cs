using Microsoft.DurableTask;
using Microsoft.DurableTask.Protobuf;
using Xunit;
using static DataTransferHub.Engine.Tests.Replay.ExecutionUnderTest;

namespace DataTransferHub.Engine.Tests.Replay;

public class TimerAndRetryTests
{
    [Theory, InlineData(false), InlineData(true)]
    public void A_long_timer_is_a_chain_of_three_day_timers(bool replay)
    {
        var execution = new ExecutionUnderTest(
            async Task<object?> (context) =>
            {
                await context.CreateTimer(TimeSpan.FromDays(7), default);
                return context.CurrentUtcDateTime;
            },
            replay);

        var dues = new List<double> { Due(execution.Start()) };
        execution.Now = Begin.AddDays(3);
        dues.Add(Due(execution.Episode(Fired(0))));
        execution.Now = Begin.AddDays(6);
        dues.Add(Due(execution.Episode(Fired(1))));
        execution.Now = Begin.AddDays(7);

        Assert.NotNull(execution.Episode(Fired(2)).Completion);
        Assert.Equal([3, 6, 7], dues);

        static double Due(DataTransferHub.Engine.Replay.EpisodeResult result) =>
            (Assert.Single(result.Actions).CreateTimer.FireAt.ToDateTime() - Begin).TotalDays;
    }

    [Fact]
    public void A_cancelled_timer_holds_up_nothing_and_may_still_fire()
    {
        var execution = new ExecutionUnderTest(async Task<object?> (context) =>
        {
            using var stop = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromDays(1), stop.Token);
            await context.CallActivityAsync("A");
            // An orchestrator cancels in place; CancelAsync would leave its thread.
            stop.Cancel();
            await context.CallActivityAsync("B");
            return timer.IsCanceled;
        });
        execution.Start();
        execution.Episode(Completed(1));
        execution.Episode(Fired(0));

        Assert.Equal("true", execution.Episode(Completed(2)).Completion!.Result);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Retries_wait_longer_each_time_up_to_the_limit(bool replay)
    {
        var policy = new RetryPolicy(4, TimeSpan.FromSeconds(10), 2, maxRetryInterval: TimeSpan.FromSeconds(30));
        var execution = new ExecutionUnderTest(
            async Task<object?> (context) => await context.CallActivityAsync<int>("A", options: policy.AsOptions()), replay);
        var delays = new List<double>();
        execution.Start();
        for (var id = 0; id < 6; id += 2)
        {
            var due = Assert.Single(execution.Episode(Failed(id)).Actions).CreateTimer.FireAt.ToDateTime();
            delays.Add((due - execution.Now).TotalSeconds);
            execution.Now = due;
            Assert.Equal("A", Assert.Single(execution.Episode(Fired(id + 1)).Actions).ScheduleTask.Name);
        }

        Assert.Equal([10, 20, 30], delays);
        Assert.Equal(OrchestrationStatus.Failed, execution.Episode(Failed(6)).Completion!.OrchestrationStatus);
    }

    [Fact]
    public void A_permanent_failure_is_not_tried_again()
    {
        var execution = new ExecutionUnderTest(async Task<object?> (context) =>
            await context.CallActivityAsync<int>("A", options: new RetryPolicy(9, TimeSpan.FromSeconds(1)).AsOptions()));
        execution.Start();

        Assert.Equal(OrchestrationStatus.Failed, execution.Episode(Failed(0, permanent: true)).Completion!.OrchestrationStatus);
    }

    [Fact]
    public void The_policy_chooses_which_failures_are_worth_a_retry()
    {
        var policy = new RetryPolicy(9, TimeSpan.FromSeconds(1)) { HandleFailure = failure => failure.ErrorMessage == "again" };
        var execution = new ExecutionUnderTest(
            async Task<object?> (context) => await context.CallActivityAsync<int>("A", options: policy.AsOptions()));
        execution.Start();

        Assert.Null(execution.Episode(Failed(0, "again")).Completion);
        execution.Episode(Fired(1));
        Assert.NotNull(execution.Episode(Failed(2, "never")).Completion);
    }

    [Fact]
    public void No_retry_begins_after_the_retry_timeout()
    {
        var policy = new RetryPolicy(9, TimeSpan.FromSeconds(1), retryTimeout: TimeSpan.FromMinutes(1));
        var execution = new ExecutionUnderTest(
            async Task<object?> (context) => await context.CallActivityAsync<int>("A", options: policy.AsOptions()));
        execution.Start();
        execution.Now = Begin.AddMinutes(1);

        Assert.NotNull(execution.Episode(Failed(0)).Completion);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_retry_handler_decides_and_may_wait_itself(bool replay)
    {
        var options = TaskOptions.FromRetryHandler(async retry =>
        {
            await retry.OrchestrationContext.CreateTimer(TimeSpan.FromSeconds(5), default);
            return retry.LastAttemptNumber < 2;
        });
        var execution = new ExecutionUnderTest(
            async Task<object?> (context) => await context.CallActivityAsync<int>("A", options: options), replay);
        execution.Start();
        Assert.NotNull(Assert.Single(execution.Episode(Failed(0)).Actions).CreateTimer);
        Assert.NotNull(Assert.Single(execution.Episode(Fired(1)).Actions).ScheduleTask);
        execution.Episode(Failed(2));

        Assert.Equal(OrchestrationStatus.Failed, execution.Episode(Fired(3)).Completion!.OrchestrationStatus);
    }

    [Fact]
    public void All_attempts_of_a_child_use_one_instance_id()
    {
        var execution = new ExecutionUnderTest(async Task<object?> (context) =>
            await context.CallSubOrchestratorAsync<int>("C", options: new RetryPolicy(2, TimeSpan.FromSeconds(1)).AsOptions()));
        var first = Assert.Single(execution.Start().Actions).CreateSubOrchestration.InstanceId;
        execution.Episode(new HistoryEvent
        {
            SubOrchestrationInstanceFailed = new() { TaskScheduledId = 0, FailureDetails = new() { ErrorType = "T", ErrorMessage = "m" } },
        });

        Assert.Equal(first, Assert.Single(execution.Episode(Fired(1)).Actions).CreateSubOrchestration.InstanceId);
        Assert.Matches("^[0-9a-f]{32}$", first);
    }
}

static class RetryPolicies
{
    public static TaskOptions AsOptions(this RetryPolicy policy) => TaskOptions.FromRetryPolicy(policy);
}
