using DataTransferHub.Engine.Replay;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Protobuf;
using Microsoft.Extensions.Logging;
using Xunit;
using static DataTransferHub.Engine.Tests.Replay.ExecutionUnderTest;

namespace DataTransferHub.Engine.Tests.Replay;

/// <summary>What orchestrator code observes, live and in a replay.</summary>
public class ReplayTests
{
    static readonly Action<ILogger, string, Exception?> Line = LoggerMessage.Define<string>(LogLevel.Information, default, "{Text}");

    [Theory, InlineData(false), InlineData(true)]
    public void Ids_count_from_zero_over_everything_scheduled(bool replay)
    {
        var execution = new ExecutionUnderTest(
            async context =>
            {
                var activity = context.CallActivityAsync<int>("A");
                var timer = context.CreateTimer(TimeSpan.FromMinutes(1), default);
                context.SendEvent("other", "Hello", 1);
                var child = context.CallSubOrchestratorAsync<int>("C");
                await Task.WhenAll(activity, timer, child);
                return await activity + await child;
            },
            replay);

        var first = execution.Start();
        Assert.Equal([0, 1, 2, 3], first.Actions.Select(a => a.Id));
        Assert.Null(execution.Episode(Completed(0, 1)).Completion);
        Assert.Null(execution.Episode(Fired(1)).Completion);
        var last = execution.Episode(ChildCompleted(3, 2));

        Assert.Equal("3", last.Completion!.Result);
        Assert.Equal(4, Assert.Single(last.Actions).Id);
    }

    [Fact]
    public void History_is_laid_out_as_the_task_hub_protocol_has_it()
    {
        var execution = new ExecutionUnderTest(async Task<object?> (context) =>
        {
            await context.CallActivityAsync("A");
            await context.CreateTimer(TimeSpan.FromSeconds(1), default);
            return await context.CallSubOrchestratorAsync<string>("C");
        });

        execution.Start();
        execution.Episode(Completed(0));
        execution.Episode(Fired(1));
        execution.Episode(ChildCompleted(2, "done"));

        Assert.Equal(
            [
                HistoryEvent.EventTypeOneofCase.OrchestratorStarted,
                HistoryEvent.EventTypeOneofCase.ExecutionStarted,
                HistoryEvent.EventTypeOneofCase.TaskScheduled,
                HistoryEvent.EventTypeOneofCase.OrchestratorStarted,
                HistoryEvent.EventTypeOneofCase.TaskCompleted,
                HistoryEvent.EventTypeOneofCase.TimerCreated,
                HistoryEvent.EventTypeOneofCase.OrchestratorStarted,
                HistoryEvent.EventTypeOneofCase.TimerFired,
                HistoryEvent.EventTypeOneofCase.SubOrchestrationInstanceCreated,
                HistoryEvent.EventTypeOneofCase.OrchestratorStarted,
                HistoryEvent.EventTypeOneofCase.SubOrchestrationInstanceCompleted,
                HistoryEvent.EventTypeOneofCase.ExecutionCompleted,
            ],
            execution.History.Select(e => e.EventTypeCase));
    }

    [Fact]
    public void Guids_are_those_of_the_Durable_Task_Framework()
    {
        Assert.Equal(new Guid("120344a5-52ef-5c4c-8ffc-0e4fcc02f1bb"), DeterministicGuid.Create("abc", Begin, 0));
        Assert.Equal(new Guid("ab944c85-190d-5011-9f5b-d43db4c05dc7"), DeterministicGuid.Create("abc", Begin, 1));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Guids_and_time_are_the_same_on_replay(bool replay)
    {
        var seen = new List<(Guid, DateTime)>();
        var execution = new ExecutionUnderTest(
            async Task<object?> (context) =>
            {
                seen.Add((context.NewGuid(), context.CurrentUtcDateTime));
                await context.CallActivityAsync("A");
                seen.Add((context.NewGuid(), context.CurrentUtcDateTime));
                await context.CallActivityAsync("B");
                return null;
            },
            replay);
        execution.Start();
        execution.Now = Begin.AddTicks(1_234_567);
        execution.Episode(Completed(0));
        execution.Now = Begin.AddHours(1);
        execution.Episode(Completed(1));

        Assert.Equal(2, seen.Distinct().Count());
        Assert.Contains((DeterministicGuid.Create("abc", Begin.AddTicks(1_234_567), 1), Begin.AddTicks(1_234_567)), seen);
    }

    [Fact]
    public void Logs_and_IsReplaying_tell_replay_from_progress()
    {
        var lines = new List<string>();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(new ListLogger(lines)));
        var replaying = new List<bool>();
        var execution = new ExecutionUnderTest(
            async Task<object?> (context) =>
            {
                var log = context.CreateReplaySafeLogger("test");
                replaying.Add(context.IsReplaying);
                Line(log, "before", null);
                await context.CallActivityAsync("A");
                replaying.Add(context.IsReplaying);
                Line(log, "after", null);
                return null;
            },
            replayEveryEpisode: true)
        { Loggers = loggers };

        execution.Start();
        execution.Episode(Completed(0));

        Assert.Equal(["before", "after"], lines);
        Assert.Equal([false, true, false], replaying);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_failed_activity_can_be_caught(bool replay)
    {
        var execution = new ExecutionUnderTest(
            async Task<object?> (context) =>
            {
                try
                {
                    await context.CallActivityAsync("A");
                    return "no";
                }
                catch (TaskFailedException e)
                {
                    return $"{e.TaskName} {e.TaskId} {e.FailureDetails.ErrorMessage} {e.FailureDetails.IsCausedBy<IOException>()}";
                }
            },
            replay);
        execution.Start();

        Assert.Equal("\"A 0 no luck True\"", execution.Episode(Failed(0)).Completion!.Result);
    }

    [Fact]
    public void An_orchestration_does_not_end_while_tasks_are_open()
    {
        var execution = new ExecutionUnderTest(context =>
        {
            context.CallActivityAsync("A");
            return Task.FromResult<object?>(1);
        });

        Assert.Null(execution.Start().Completion);
        Assert.Equal(OrchestrationStatus.Completed, execution.Episode(Completed(0)).Completion!.OrchestrationStatus);
    }

    [Fact]
    public void A_result_that_comes_twice_counts_once()
    {
        var execution = new ExecutionUnderTest(async Task<object?> (context) =>
            await context.CallActivityAsync<int>("A") + await context.CallActivityAsync<int>("B"));
        execution.Start();
        execution.Episode(Completed(0, 1), Completed(0, 100));

        Assert.Equal("3", execution.Episode(Completed(1, 2)).Completion!.Result);
    }

    [Fact]
    public void ConfigureAwait_false_on_a_durable_task_goes_on_in_place()
    {
        var execution = new ExecutionUnderTest(async Task<object?> (context) =>
        {
            await context.CallActivityAsync("A").ConfigureAwait(false);
            return await context.CallActivityAsync<int>("B").ConfigureAwait(false);
        });
        execution.Start();
        execution.Episode(Completed(0));

        Assert.Equal("7", execution.Episode(Completed(1, 7)).Completion!.Result);
    }

    [Fact]
    public async Task An_await_that_is_not_durable_fails_the_orchestration_and_names_the_remedy()
    {
        var external = new TaskCompletionSource();
        var execution = new ExecutionUnderTest(async Task<object?> (context) =>
        {
            await external.Task;
            return await context.CallActivityAsync<int>("A");
        });
        execution.Start();

        await Task.Run(external.SetResult, TestContext.Current.CancellationToken);
        var result = execution.Episode();

        Assert.True(execution.IllegalAwaitReported);
        Assert.Equal(OrchestrationStatus.Failed, result.Completion!.OrchestrationStatus);
        Assert.Contains("illegal await", result.Completion.FailureDetails.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("CreateTimer", result.Completion.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_timer_cancelled_on_another_thread_fails_the_orchestration_and_names_the_remedy()
    {
        var source = new CancellationTokenSource();
        var execution = new ExecutionUnderTest(async Task<object?> (context) =>
        {
            await context.CreateTimer(TimeSpan.FromHours(1), source.Token);
            return null;
        });
        execution.Start();

        await Task.Run(source.Cancel, TestContext.Current.CancellationToken);
        var result = execution.Episode();

        Assert.True(execution.IllegalAwaitReported);
        Assert.Contains("Cancel(), not CancelAsync()", result.Completion!.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_thread_may_not_use_the_context()
    {
        TaskOrchestrationContext? leaked = null;
        var execution = new ExecutionUnderTest(async Task<object?> (context) =>
        {
            leaked = context;
            return await context.WaitForExternalEvent<int>("E");
        });
        execution.Start();

        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => Task.Run(() => leaked!.CallActivityAsync("A"),
            TestContext.Current.CancellationToken));

        Assert.Contains("illegal await", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_given_as_input_are_refused()
    {
        var execution = new ExecutionUnderTest(async Task<object?> (context) =>
            await context.CallActivityAsync<int>("A", input: TaskOptions.FromRetryPolicy(new RetryPolicy(2, TimeSpan.FromSeconds(1)))));

        Assert.Equal(typeof(ArgumentException).FullName, execution.Start().Completion!.FailureDetails.ErrorType);
    }

    [Fact]
    public void Custom_status_stays_until_it_is_set_again()
    {
        var execution = new ExecutionUnderTest(async Task<object?> (context) =>
        {
            context.SetCustomStatus(new { phase = "one" });
            await context.CallActivityAsync("A");
            await context.CallActivityAsync("B");
            context.SetCustomStatus("two");
            return null;
        });

        Assert.Equal(("""{"phase":"one"}""", true), Status(execution.Start()));
        Assert.Equal(("""{"phase":"one"}""", false), Status(execution.Episode(Completed(0))));
        Assert.Equal(("\"two\"", true), Status(execution.Episode(Completed(1))));

        static (string?, bool) Status(EpisodeResult result) => (result.CustomStatus, result.CustomStatusChanged);
    }

    sealed class ListLogger(List<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> format) =>
            lines.Add(format(state, exception));

        public void Dispose()
        {
        }
    }
}
