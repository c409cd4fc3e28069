using CsCheck;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Schedules;
using DataTransferHub.Tasks.Store;

namespace DataTransferHub.Tasks.Tests.Schedules;

/// <summary>When the runs of a scheduled task begin, and when the task ends.</summary>
public sealed class ScheduledTaskTests
{
    const string Hourly = "0 * * * ? *";
    static readonly DateTimeOffset Five = new(2026, 11, 22, 17, 0, 0, TimeSpan.Zero);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(45, 60)]
    [InlineData(60, 60)]
    [InlineData(70, 70)]
    [InlineData(250, 250)]
    public void A_time_that_passes_during_a_run_is_made_up_for_at_once_after_it(int endOfRun, int nextRun)
    {
        var task = Run(NewTask(Hourly), Five, Five.AddMinutes(endOfRun));
        if (endOfRun < nextRun)
            Assert.Same(task, TaskLifecycle.BeginDueRun(task, Five.AddMinutes(nextRun).AddTicks(-1)));
        Assert.Equal("t-r2", TaskLifecycle.BeginDueRun(task, Five.AddMinutes(nextRun)).CurrentRunId);
    }

    [Fact]
    public void Many_times_that_pass_during_a_run_or_while_the_hub_is_not_running_are_made_up_for_once()
    {
        var task = Run(NewTask(Hourly), from: Five, to: Five.AddMinutes(250));

        // The run that makes up for 18:00 to 21:00 begins at 21:10; its own next time is 22:00.
        task = Run(task, from: Five.AddMinutes(250), to: Five.AddMinutes(251));
        Assert.Equal((2, Five.AddHours(5)), (task.RunCount, task.NextRunAt));

        // The hub is off from 21:11 until 09:30.
        task = Run(task, from: Five.AddHours(16.5), to: Five.AddHours(16.6));
        Assert.Equal((3, Five.AddHours(17)), (task.RunCount, task.NextRunAt));
    }

    [Fact]
    public void A_run_that_goes_on_after_the_hub_was_off_is_followed_by_one_run_for_all_times_that_passed()
    {
        var task = TaskLifecycle.BeginDueRun(NewTask(Hourly), Five);
        task = TaskLifecycle.FinishRun(task, "t-r1", null, null, Five.AddHours(40.5));
        task = Run(task, from: Five.AddHours(40.5), to: Five.AddHours(40.6));
        Assert.Equal((2, Five.AddHours(41)), (task.RunCount, task.NextRunAt));
    }

    [Fact]
    public void A_retry_does_not_let_a_time_of_the_schedule_go_by()
    {
        var failed = Run(NewTask(Hourly), Five, Five.AddMinutes(1), TaskErrorCode.CompleteCheckError);

        // Asked for before the time and still running at it: the time is made up for.
        var retried = Run(TaskLifecycle.RequestRetry(failed, areFailuresAll: true), Five.AddMinutes(59), Five.AddMinutes(61));
        Assert.Equal(("t-r1", Five.AddHours(1)), (retried.RetryOf, retried.NextRunAt));

        // Asked for and not begun before the time: a whole run finds what failed as well.
        var whole = TaskLifecycle.BeginDueRun(TaskLifecycle.RequestRetry(failed, areFailuresAll: true), Five.AddMinutes(61));
        Assert.Equal((null, Five.AddHours(2)), (whole.RetryOf, whole.NextRunAt));
    }

    [Fact]
    public void Whatever_happens_each_time_is_followed_by_a_run_and_there_are_no_more_runs_than_times() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[0, 300], Gen.Bool).Array[1, 20].Sample(steps =>
        {
            // Each step: a run of so many minutes, and then the hub is off for so many, or waits.
            var task = NewTask("0/20 * * * ? *");
            var now = Five;
            var begun = new List<DateTimeOffset>();
            foreach (var (minutes, off, waits) in steps)
            {
                var next = TaskLifecycle.BeginDueRun(task, now);
                if (ReferenceEquals(next, task))
                {
                    now = task.NextRunAt!.Value;
                    next = TaskLifecycle.BeginDueRun(task, now);
                }

                begun.Add(now);
                now = now.AddMinutes(minutes);
                task = TaskLifecycle.FinishRun(next, next.CurrentRunId!, null, null, now);
                if (!waits)
                    now = now.AddMinutes(off);
            }

            var times = new List<DateTimeOffset>();
            var schedule = CronSchedule.Parse("0/20 * * * ? *");
            for (var time = schedule.Next(Five)!.Value; time <= begun[^1]; time = schedule.Next(time)!.Value)
                times.Add(time);

            // Between a run and the next lies at least one time, and every time up to the last run has a run at or after it.
            foreach (var (first, second) in begun.Zip(begun.Skip(1)))
                Assert.Contains(times, time => time > first && time <= second);
            Assert.All(times, time => Assert.Contains(begun, run => run >= time));
        });

    [Fact]
    public async Task By_the_clock_a_run_that_outlasts_its_time_is_followed_at_once_and_the_API_shows_no_time_that_has_passed()
    {
        await using var hub = new TestHub();
        var id = await hub.CreateTaskAsync("FIXED_RATE", Hourly);
        var first = await hub.Activities.TakeTaskOrder(id, Cancellation);
        Assert.Null(await NextRunAtAsync(hub, id));
        hub.Time.Advance(TimeSpan.FromMinutes(130));
        Assert.Null(await NextRunAtAsync(hub, id));
        await FinishAsync(hub, id, first.Run!.RunId);

        var second = await hub.Activities.TakeTaskOrder(id, Cancellation);
        Assert.Equal((TaskOrderKind.Run, $"{id}-r2"), (second.Kind, second.Run!.RunId));
        await FinishAsync(hub, id, second.Run.RunId);
        var order = await hub.Activities.TakeTaskOrder(id, Cancellation);
        Assert.Equal((TaskOrderKind.Wait, Five.AddHours(3).UtcDateTime), (order.Kind, order.WaitUntil));
        Assert.Equal("2026-11-22T20:00:00.000Z", await NextRunAtAsync(hub, id));
    }

    [Theory]
    [InlineData(null, "DONE")]
    [InlineData(TaskErrorCode.CompleteCheckError, "ERROR")]
    [InlineData(TaskErrorCode.FinderError, "ERROR")]
    public void A_schedule_without_a_further_time_ends_its_task_after_the_run_at_its_last_time(object? code, string progress)
    {
        var waiting = Run(NewTask("0 8 1 1 ? 2027"), Five, Five.AddMinutes(1));
        var last = new DateTimeOffset(2027, 1, 1, 8, 0, 0, TimeSpan.Zero);
        Assert.Equal((TaskProgress.InProgress, last), (waiting.Progress, waiting.NextRunAt));

        var ended = Run(waiting, last, last.AddHours(1), (TaskErrorCode?)code);
        Assert.Equal(progress, ended.Progress.ToString().ToUpperInvariant());
        Assert.Equal((2, null), (ended.RunCount, ended.NextRunAt));
        Assert.False(TaskLifecycle.IsUnsettled(ended));

        if (code is null)
            return;
        var retried = Run(TaskLifecycle.RequestRetry(ended, areFailuresAll: false), last.AddHours(2), last.AddHours(3));
        Assert.Equal(TaskProgress.Done, retried.Progress);
    }

    [Fact]
    public void A_last_time_that_passes_during_a_run_is_made_up_for_before_the_task_ends()
    {
        var last = new DateTimeOffset(2027, 1, 1, 8, 0, 0, TimeSpan.Zero);
        var task = Run(NewTask("0 8 1 1 ? 2027"), last.AddHours(-1), last.AddHours(1));
        Assert.Equal((TaskProgress.InProgress, last), (task.Progress, task.NextRunAt));
        Assert.Equal(TaskProgress.Done, Run(task, last.AddHours(1), last.AddHours(2)).Progress);
    }

    [Theory]
    [InlineData("0 8 1 1 ? 2026", null, TaskProgress.Done, null)]
    [InlineData("0 8 1 1 ? 2026", TaskErrorCode.CompleteCheckError, TaskProgress.Error, null)]
    [InlineData(Hourly, null, TaskProgress.InProgress, 18)]
    public async Task A_task_that_waits_for_no_time_is_brought_to_its_end_or_to_its_next_time(
        string cron, object? code, object progress, int? nextHour)
    {
        // As earlier versions left it: in progress, the last run finished, no next time, and no orchestration.
        await using var hub = new TestHub();
        var left = NewTask(cron) with
        {
            Progress = TaskProgress.InProgress,
            RunCount = 3,
            RunState = RunState.Finished,
            Wanted = WantedRun.None,
            ErrorCode = (TaskErrorCode?)code,
        };
        await hub.Store.AddAsync(left, Cancellation);
        await hub.ReconcileAsync();
        Assert.Equal([left.Id], hub.Client.Started);

        var order = await hub.Activities.TakeTaskOrder(left.Id, Cancellation);
        var task = (await hub.Store.GetAsync(left.Id, Cancellation))!;
        Assert.Equal((TaskProgress)progress, task.Progress);
        Assert.Equal(nextHour is { } hour ? Five.AddHours(hour - 17) : null, task.NextRunAt);
        Assert.Equal(nextHour is null ? TaskOrderKind.End : TaskOrderKind.Wait, order.Kind);

        if (nextHour is not null)
            return;
        hub.Client.End(left.Id);
        await hub.ReconcileAsync();
        Assert.Equal([left.Id], hub.Client.Started);
    }

    [Fact]
    public void A_run_that_an_earlier_version_began_gets_its_next_time_when_it_ends()
    {
        var begun = TaskLifecycle.BeginDueRun(NewTask(Hourly), Five) with { NextRunAt = null };
        Assert.Equal(Five.AddHours(3), TaskLifecycle.FinishRun(begun, "t-r1", null, null, Five.AddHours(2.5)).NextRunAt);
    }

    static async Task FinishAsync(TestHub hub, string id, string runId)
    {
        await hub.Ledger.RecordBatchAsync(runId, 0, new BatchFindings(0, 0, 0, 0, 0, IsLast: true), Cancellation);
        await hub.Activities.FinishTaskRun(new RunEnd(id, runId, new RunSummary(0, 0, 0, 0, 0)), Cancellation);
    }

    static async Task<string?> NextRunAtAsync(TestHub hub, string id) =>
        (string?)(await hub.ExecuteAsync("query($id: ID!) { getTask(id: $id) { nextRunAt } }", new { id }))
            ["data"]!["getTask"]!["nextRunAt"];

    static TaskRecord Run(TaskRecord task, DateTimeOffset from, DateTimeOffset to, TaskErrorCode? code = null)
    {
        var running = TaskLifecycle.BeginDueRun(task, from);
        Assert.NotSame(task, running);
        return TaskLifecycle.FinishRun(running, running.CurrentRunId!, code, code is null ? null : "It broke.", to);
    }

    static TaskRecord NewTask(string cron) => new()
    {
        Id = "t",
        Type = "S3EC2",
        ScheduleType = ScheduleType.FixedRate,
        Parameters = [new TaskParameter("ec2CronExpression", cron)],
        CreatedAt = Five,
    };
}
