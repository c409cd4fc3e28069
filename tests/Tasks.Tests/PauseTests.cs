using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Tasks.Tests;

/// <summary>Tasks are paused and resumed through the API.</summary>
public sealed class PauseTests
{
    const string Pause = "mutation($id: ID!) { pauseTask(id: $id) { progress } }";
    const string Resume = "mutation($id: ID!) { resumeTask(id: $id) { progress } }";

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_is_told_that_its_task_was_resumed_and_the_task_goes_on_to_its_end()
    {
        await using var hub = await RunningHub.StartAsync();
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        hub.Script.Run = async (run, cancellationToken) =>
        {
            await end.Task.WaitAsync(cancellationToken);
            return new RunSummary(3, 2, 0, 1, 20);
        };
        var id = await hub.CreateTaskAsync();
        await hub.WaitAsync(id, _ => hub.Script.Client is not null);

        Assert.Equal("PAUSED", (string)(await hub.ExecuteAsync(Pause, new { id }))["data"]!["pauseTask"]!["progress"]!);
        Assert.Equal("PAUSED", (string)(await hub.ExecuteAsync(Pause, new { id }))["data"]!["pauseTask"]!["progress"]!);
        Assert.Equal("IN_PROGRESS", (string)(await hub.ExecuteAsync(Resume, new { id }))["data"]!["resumeTask"]!["progress"]!);
        await hub.Script.ResumedAsync.WaitAsync(Cancellation);
        end.SetResult();
        await hub.WaitForProgressAsync(id, "DONE");

        var error = (await hub.ExecuteAsync(Pause, new { id }))["errors"]![0]!;
        Assert.Equal("CONFLICT", (string)error["extensions"]!["code"]!);
        Assert.Null((await hub.ExecuteAsync(Resume, new { id }))["errors"]);
        Assert.Equal("NOT_FOUND", (string)(await hub.ExecuteAsync(Pause, new { id = "none" }))["errors"]![0]!["extensions"]!["code"]!);
    }

    [Fact]
    public async Task A_scheduled_task_that_is_paused_between_its_runs_stays_so_across_a_restart_and_then_waits_for_its_next_time()
    {
        await using var hub = await RunningHub.StartAsync();
        var id = await hub.CreateTaskAsync("FIXED_RATE", "0 0 1 1 ? *");
        await hub.WaitAsync(id, task => task["nextRunAt"] is not null && (string?)task["run"]?["phase"] == "FINISHED");
        Assert.Null((await hub.ExecuteAsync(Pause, new { id }))["errors"]);
        await hub.RestartAsync();
        Assert.Equal("PAUSED", (string)(await hub.WaitAsync(id, _ => true))["progress"]!);

        Assert.Equal("IN_PROGRESS", (string)(await hub.ExecuteAsync(Resume, new { id }))["data"]!["resumeTask"]!["progress"]!);
        Assert.NotNull((await hub.WaitForProgressAsync(id, "IN_PROGRESS"))["nextRunAt"]);
        Assert.Single(hub.Script.Began);
    }

    [Fact]
    public async Task A_paused_task_can_be_stopped()
    {
        await using var hub = await RunningHub.StartAsync();
        hub.Script.Run = async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return new RunSummary(0, 0, 0, 0, 0);
        };
        var id = await hub.CreateTaskAsync();
        await hub.WaitAsync(id, _ => hub.Script.Client is not null);
        await hub.ExecuteAsync(Pause, new { id });
        await hub.ExecuteAsync("mutation($id: String) { stopTask(id: $id) { progress } }", new { id });
        await hub.WaitForProgressAsync(id, "STOPPED");
    }
}
