using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Tasks.Tests;

/// <summary>The log shows the life of a task: requests, start and end of each run, and failures.</summary>
public sealed class TaskLogTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_life_of_a_task_is_logged_once_for_each_step()
    {
        await using var hub = new TestHub();
        var id = await hub.CreateTaskAsync();
        var order = await hub.Activities.TakeTaskOrder(id, Cancellation);
        await hub.Activities.TakeTaskOrder(id, Cancellation);
        await hub.Activities.FinishTaskRun(new RunEnd(id, order.Run!.RunId, null, "No such bucket.", "StoreException"), Cancellation);
        await hub.ExecuteAsync("mutation($id: String) { stopTask(id: $id) { id } }", new { id });
        await hub.Activities.MarkTaskStopped(new StoppedTask(id, order.Run.RunId, null), Cancellation);

        var told = hub.Log.Entries.Where(entry => entry.Id is >= 2200 and < 2300).ToList();
        Assert.Equal([2201, 2210, 2212, 2202, 2203], told.Select(entry => entry.Id));
        Assert.All(told, entry => Assert.Contains(id, entry.Text, StringComparison.Ordinal));
        Assert.Contains($"run {id}-r1 ended with FinderError", told[2].Text, StringComparison.Ordinal);
        Assert.Contains("No such bucket.", told[2].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_is_done_is_logged_with_its_counts()
    {
        await using var hub = new TestHub();
        var id = await hub.CreateTaskAsync();
        var order = await hub.Activities.TakeTaskOrder(id, Cancellation);
        await hub.Ledger.RecordBatchAsync(order.Run!.RunId, 0, new(3, 30, 1, 2, 20, IsLast: true), Cancellation);
        await hub.Ledger.RecordUnitAsync(order.Run.RunId, "0", new(2, 20, 0, []), Cancellation);
        await hub.Activities.FinishTaskRun(new RunEnd(id, order.Run.RunId, new RunSummary(3, 2, 0, 1, 20)), Cancellation);

        Assert.Contains(
            "Of 3 items, 2 were copied, 1 are unchanged, 0 have vanished and 0 are archived.",
            hub.Log.Entries.Single(entry => entry.Id == 2211).Text, StringComparison.Ordinal);
    }
}
