using CsCheck;
using DataTransferHub.Tasks.Store;

namespace DataTransferHub.Tasks.Tests;

public sealed class TaskLifecycleTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 22, 17, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_task_that_runs_once_is_done_after_its_run()
    {
        var running = TaskLifecycle.BeginDueRun(NewTask(), Now);
        Assert.Equal((TaskProgress.InProgress, RunState.Running, "t-r1"), (running.Progress, running.RunState, running.CurrentRunId));
        var done = TaskLifecycle.FinishRun(running, "t-r1", null, null, Now);
        Assert.Equal(TaskProgress.Done, done.Progress);
        Assert.False(TaskLifecycle.IsUnsettled(done));
        Assert.Same(done, TaskLifecycle.BeginDueRun(done, Now.AddYears(1)));
    }

    [Fact]
    public void A_run_under_way_is_not_begun_again()
    {
        var running = TaskLifecycle.BeginDueRun(NewTask(), Now);
        Assert.Same(running, TaskLifecycle.BeginDueRun(running, Now));
    }

    [Fact]
    public void Failed_objects_make_an_error_that_can_be_retried_alone()
    {
        var failed = Run(NewTask(), TaskErrorCode.CompleteCheckError);
        Assert.Equal(TaskProgress.Error, failed.Progress);
        var asked = TaskLifecycle.RequestRetry(failed, areFailuresAll: true);
        Assert.Equal(TaskProgress.Starting, asked.Progress);
        var retrying = TaskLifecycle.BeginDueRun(asked, Now);
        Assert.Equal(("t-r2", "t-r1"), (retrying.CurrentRunId, retrying.RetryOf));
        Assert.Null(retrying.ErrorMessage);
    }

    [Theory]
    [InlineData(TaskErrorCode.UnKnown)]
    [InlineData(TaskErrorCode.FinderError)]
    public void A_run_or_a_retry_that_failed_as_a_whole_is_followed_by_a_whole_run_whatever_its_ledger_holds(object code)
    {
        var failed = Run(NewTask(), (TaskErrorCode)code);
        var again = TaskLifecycle.BeginDueRun(TaskLifecycle.RequestRetry(failed, areFailuresAll: true), Now);
        Assert.Equal(("t-r2", null), (again.CurrentRunId, again.RetryOf));

        var some = Run(NewTask(), TaskErrorCode.CompleteCheckError);
        var retried = Run(TaskLifecycle.RequestRetry(some, areFailuresAll: true), (TaskErrorCode)code);
        Assert.Equal("t-r1", retried.RetryOf);
        again = TaskLifecycle.BeginDueRun(TaskLifecycle.RequestRetry(retried, areFailuresAll: true), Now);
        Assert.Equal(("t-r3", null), (again.CurrentRunId, again.RetryOf));
    }

    [Fact]
    public void A_run_whose_ledger_is_not_complete_is_done_again_as_a_whole()
    {
        var failed = Run(NewTask(), TaskErrorCode.CompleteCheckError);
        var again = TaskLifecycle.BeginDueRun(TaskLifecycle.RequestRetry(failed, areFailuresAll: false), Now);
        Assert.Equal(("t-r2", null), (again.CurrentRunId, again.RetryOf));
    }

    [Fact]
    public void A_schedule_waits_for_its_next_time_whatever_became_of_the_run()
    {
        foreach (TaskErrorCode? code in new TaskErrorCode?[] { null, TaskErrorCode.CompleteCheckError, TaskErrorCode.FinderError })
        {
            var waiting = Run(NewTask("0 * * * ? *"), code);
            Assert.Equal(code is TaskErrorCode.FinderError ? TaskProgress.Error : TaskProgress.InProgress, waiting.Progress);
            Assert.Equal(Now.AddHours(1), waiting.NextRunAt);
            Assert.True(TaskLifecycle.IsUnsettled(waiting));
            Assert.Same(waiting, TaskLifecycle.BeginDueRun(waiting, Now.AddMinutes(59)));
            Assert.Equal("t-r2", TaskLifecycle.BeginDueRun(waiting, Now.AddHours(1)).CurrentRunId);
        }
    }

    [Fact]
    public void A_schedule_that_is_paused_begins_nothing_and_makes_up_once_for_the_times_that_passed()
    {
        var paused = TaskLifecycle.RequestPause(Run(NewTask("0 * * * ? *"), null));
        Assert.Equal(TaskProgress.Paused, paused.Progress);
        Assert.False(TaskLifecycle.IsUnsettled(paused));
        Assert.Same(paused, TaskLifecycle.BeginDueRun(paused, Now.AddHours(5)));
        Assert.Same(paused, TaskLifecycle.RequestPause(paused));

        var resumed = TaskLifecycle.RequestResume(paused, Now.AddHours(5));
        Assert.Equal(TaskProgress.InProgress, resumed.Progress);
        var running = TaskLifecycle.BeginDueRun(resumed, Now.AddHours(5));
        Assert.Equal(("t-r2", Now.AddHours(6)), (running.CurrentRunId, running.NextRunAt));
        Assert.Same(resumed, TaskLifecycle.RequestResume(resumed, Now));
    }

    [Fact]
    public void A_task_that_is_paused_before_its_first_run_begins_it_when_it_is_resumed()
    {
        var paused = TaskLifecycle.RequestPause(NewTask());
        Assert.Same(paused, TaskLifecycle.BeginDueRun(paused, Now));
        var resumed = TaskLifecycle.RequestResume(paused, Now);
        Assert.Equal(TaskProgress.Starting, resumed.Progress);
        Assert.Equal("t-r1", TaskLifecycle.BeginDueRun(resumed, Now).CurrentRunId);
    }

    [Fact]
    public void A_run_that_ends_although_its_task_is_paused_leaves_nothing_to_resume_unless_another_one_is_to_come()
    {
        var once = TaskLifecycle.RequestPause(TaskLifecycle.BeginDueRun(NewTask(), Now));
        Assert.True(TaskLifecycle.IsUnsettled(once));
        Assert.Equal(TaskProgress.Done, TaskLifecycle.FinishRun(once, "t-r1", null, null, Now).Progress);
        var scheduled = TaskLifecycle.RequestPause(TaskLifecycle.BeginDueRun(NewTask("0 * * * ? *"), Now));
        Assert.Equal(TaskProgress.Paused, TaskLifecycle.FinishRun(scheduled, "t-r1", null, null, Now).Progress);
    }

    [Fact]
    public void What_is_over_cannot_be_paused()
    {
        Assert.False(TaskLifecycle.CanPause(Run(NewTask(), null)));
        Assert.False(TaskLifecycle.CanPause(Run(NewTask(), TaskErrorCode.FinderError)));
        Assert.True(TaskLifecycle.CanPause(Run(NewTask("0 * * * ? *"), TaskErrorCode.FinderError)));
    }

    [Fact]
    public void Whatever_happens_a_stopped_task_stays_stopped_and_a_stopping_one_begins_nothing()
    {
        var step = Gen.Int[0, 8];
        step.Array[0, 30].Sample(steps =>
        {
            var task = NewTask("0 * * * ? *");
            var wasStopping = false;
            foreach (var choice in steps)
            {
                var before = task;
                task = choice switch
                {
                    0 => TaskLifecycle.BeginDueRun(task, Now.AddYears(1)),
                    1 => TaskLifecycle.FinishRun(task, task.CurrentRunId ?? "none", null, null, Now),
                    2 => TaskLifecycle.FinishRun(task, task.CurrentRunId ?? "none", TaskErrorCode.FinderError, "It broke.", Now),
                    3 => TaskLifecycle.RequestRetry(task, areFailuresAll: true),
                    4 => TaskLifecycle.RequestStop(task),
                    5 => TaskLifecycle.Stop(task, null, Now),
                    6 => TaskLifecycle.RequestPause(task),
                    7 => TaskLifecycle.RequestResume(task, Now),
                    _ => TaskLifecycle.FinishRun(task, "t-r0", null, null, Now),
                };
                if (before.Progress is TaskProgress.Paused && choice is not 7)
                    Assert.Equal(before.RunCount, task.RunCount);
                if (before.Progress is TaskProgress.Stopped)
                    Assert.Same(before, task);
                wasStopping |= task.Progress is TaskProgress.Stopping;
                if (wasStopping)
                {
                    Assert.True(task.Progress is TaskProgress.Stopping or TaskProgress.Stopped);
                    Assert.Equal(before.RunCount, task.RunCount);
                }
            }
        });
    }

    static TaskRecord Run(TaskRecord task, TaskErrorCode? code)
    {
        var running = TaskLifecycle.BeginDueRun(task, Now);
        return TaskLifecycle.FinishRun(running, running.CurrentRunId!, code, code is null ? null : "It broke.", Now);
    }

    static TaskRecord NewTask(string? cron = null) => new()
    {
        Id = "t",
        Type = "S3EC2",
        ScheduleType = cron is null ? ScheduleType.OneTime : ScheduleType.FixedRate,
        Parameters = [new TaskParameter("ec2CronExpression", cron)],
        CreatedAt = Now,
    };
}
