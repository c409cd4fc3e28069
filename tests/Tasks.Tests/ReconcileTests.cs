using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;

namespace DataTransferHub.Tasks.Tests;

public sealed class ReconcileTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_that_was_stored_but_never_started_is_started()
    {
        await using var hub = new TestHub();
        var stored = new TaskRecord
        {
            Id = "lost",
            Type = "S3EC2",
            ScheduleType = ScheduleType.OneTime,
            Parameters = [],
            CreatedAt = hub.Time.GetUtcNow(),
        };
        await hub.Store.AddAsync(stored, Cancellation);
        await hub.ReconcileAsync();
        Assert.Equal(["lost"], hub.Client.Started);
    }

    [Fact]
    public async Task A_stop_that_was_stored_but_not_signalled_is_signalled_again()
    {
        await using var hub = new TestHub();
        var id = await hub.CreateTaskAsync();
        await hub.Store.UpdateAsync(id, TaskLifecycle.RequestStop, Cancellation);
        await hub.ReconcileAsync();
        Assert.Equal([(id, TransferTask.Signal)], hub.Client.Raised);
    }

    [Fact]
    public async Task A_run_that_lost_its_orchestration_becomes_an_error_that_can_be_retried()
    {
        await using var hub = new TestHub();
        var id = await hub.CreateTaskAsync();
        Assert.Equal(TaskOrderKind.Run, (await hub.Activities.TakeTaskOrder(id, Cancellation)).Kind);
        hub.Client.Lose(id);
        await hub.ReconcileAsync();

        var task = (await hub.Store.GetAsync(id, Cancellation))!;
        Assert.Equal((TaskProgress.Error, TaskErrorCode.UnKnown), (task.Progress, task.ErrorCode));
        Assert.Contains("retryFailedItems", task.ErrorMessage, StringComparison.Ordinal);
        Assert.Null((await hub.ExecuteAsync("mutation($id: ID!) { retryFailedItems(id: $id) { id } }", new { id }))["errors"]);
        Assert.Equal([id, id], hub.Client.Started);
    }

    [Fact]
    public async Task What_is_settled_or_running_is_left_alone()
    {
        await using var hub = new TestHub();
        var running = await hub.CreateTaskAsync();
        var done = await hub.CreateTaskAsync();
        await hub.Activities.TakeTaskOrder(running, Cancellation);
        var order = await hub.Activities.TakeTaskOrder(done, Cancellation);
        await hub.Ledger.RecordBatchAsync(order.Run!.RunId, 0, new BatchFindings(0, 0, 0, 0, 0, IsLast: true), Cancellation);
        await hub.Activities.FinishTaskRun(new RunEnd(done, order.Run.RunId, new RunSummary(0, 0, 0, 0, 0)), Cancellation);
        hub.Client.End(done);
        await hub.ReconcileAsync();
        Assert.Equal([running, done], hub.Client.Started);
        Assert.Empty(hub.Client.Raised);
    }
}
