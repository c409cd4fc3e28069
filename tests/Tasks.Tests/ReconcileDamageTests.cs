using DataTransferHub.Storage;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;

namespace DataTransferHub.Tasks.Tests;

public sealed class ReconcileDamageTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ONE_TIME", null)]
    [InlineData("FIXED_RATE", "0 0 1 1 ? 2099")]
    public async Task A_task_whose_orchestration_cannot_be_read_says_so_and_can_be_retried(string scheduleType, string? cron)
    {
        await using var hub = new TestHub();
        var id = await hub.CreateTaskAsync(scheduleType, cron);
        await hub.Activities.TakeTaskOrder(id, Cancellation);
        hub.Client.Faults[id] = new InvalidDataException("'/data/hub.db' is damaged. Restore it.");
        await hub.ReconcileAsync();

        var task = (await hub.Store.GetAsync(id, Cancellation))!;
        Assert.Equal((TaskProgress.Error, TaskErrorCode.UnKnown, RunState.Finished), (task.Progress, task.ErrorCode, task.RunState));
        Assert.Equal("The task cannot continue: '/data/hub.db' is damaged. Restore it.", task.ErrorMessage);
        Assert.False(TaskLifecycle.IsUnsettled(task));
        Assert.True(TaskLifecycle.CanRetry(task));
        Assert.Equal(RunPhase.Finished, (await hub.Ledger.GetProgressAsync(task.CurrentRunId!, Cancellation))!.Phase);
    }

    [Fact]
    public void A_damaged_history_is_a_failure_of_the_storage_that_tells_its_own_file()
    {
        var damage = new InvalidDataException("'/data/hub.db' is damaged. Restore it.");

        var found = StorageException.Find(new InvalidOperationException("outer", damage), "/data");

        Assert.Equal((damage.Message, false), (found!.Message, found.IsFull));
    }

    [Fact]
    public async Task A_task_that_cannot_be_looked_after_does_not_keep_the_others_from_it()
    {
        await using var hub = new TestHub();
        var failing = await hub.CreateTaskAsync();
        var lost = await hub.CreateTaskAsync();
        var damaged = await hub.CreateTaskAsync();
        var alsoLost = await hub.CreateTaskAsync();
        hub.Client.Faults[failing] = new IOException("the backend is away");
        hub.Client.Faults[damaged] = new InvalidDataException("damaged");
        hub.Client.Lose(lost);
        hub.Client.Lose(alsoLost);
        hub.Client.Started.Clear();
        await hub.ReconcileAsync();

        Assert.Equal(new[] { lost, alsoLost }.Order(), hub.Client.Started.Order());
        Assert.Equal(TaskProgress.Starting, (await hub.Store.GetAsync(failing, Cancellation))!.Progress);
        Assert.Equal(TaskProgress.Error, (await hub.Store.GetAsync(damaged, Cancellation))!.Progress);
    }
}
