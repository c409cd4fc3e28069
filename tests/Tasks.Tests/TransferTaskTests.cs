using DataTransferHub.Tasks.Plugins;
using Microsoft.DurableTask.Client;

namespace DataTransferHub.Tasks.Tests;

public sealed class TransferTaskTests
{
    [Fact]
    public async Task A_task_runs_cleans_up_and_is_done()
    {
        await using var hub = await RunningHub.StartAsync();
        var id = await hub.CreateTaskAsync();
        var task = await hub.WaitForProgressAsync(id, "DONE");
        Assert.Equal(
            ("FINISHED", 3, 2), ((string)task["run"]!["phase"]!, (int)task["run"]!["itemsFound"]!, (int)task["run"]!["itemsCopied"]!));
        Assert.Equal([$"{id}-r1"], hub.Script.CleanedUp);
        Assert.Equal([("srcBucket", "source")], hub.Script.Began.Single().Parameters.Select(parameter => (parameter.Key, parameter.Value)));
    }

    [Fact]
    public async Task Failed_objects_are_told_listed_and_retried_alone_even_after_a_restart()
    {
        await using var hub = await RunningHub.StartAsync();
        hub.Script.Run = (_, _) => Task.FromResult(new RunSummary(5, 2, 3, 0, 20));
        var id = await hub.CreateTaskAsync();
        var task = await hub.WaitForProgressAsync(id, "ERROR");
        Assert.Equal("COMPLETE_CHECK_ERROR", (string)task["errorCode"]!);
        Assert.Equal(
            "3 of 5 objects failed. First: 'key-0': It broke. Use retryFailedItems to try them again.", (string)task["errorMessage"]!);
        var failed = (
            await hub.ExecuteAsync(
                "query($id: ID!) { failedItems(taskId: $id, first: 2) { hasNextPage endCursor items { key error } } }",
                new { id }))["data"]!["failedItems"]!;
        Assert.Equal((true, "key-1"), ((bool)failed["hasNextPage"]!, (string)failed["endCursor"]!));

        await hub.RestartAsync();
        hub.Script.Run = (_, _) => Task.FromResult(new RunSummary(3, 3, 0, 0, 3));
        Assert.Null((await hub.ExecuteAsync("mutation($id: ID!) { retryFailedItems(id: $id) { id } }", new { id }))["errors"]);
        task = await hub.WaitForProgressAsync(id, "DONE");
        Assert.Equal($"{id}-r2", (string)task["run"]!["id"]!);
        Assert.Null(task["errorMessage"]);
        Assert.Equal([null, $"{id}-r1"], hub.Script.Began.Select(run => run.RetryOfRunId));
        Assert.Equal(3, (await hub.Ledger.GetProgressAsync($"{id}-r1", TestContext.Current.CancellationToken))!.Failed);
    }

    [Fact]
    public async Task A_run_that_fails_as_a_whole_says_why_without_a_stack_trace()
    {
        await using var hub = await RunningHub.StartAsync();
        hub.Script.Run = (_, _) =>
            throw new InvalidOperationException("The bucket 'source' does not exist. Create it, or correct srcBucket.");
        var id = await hub.CreateTaskAsync();
        await hub.WaitForProgressAsync(id, "ERROR");
        var answer = (await hub.ExecuteAsync("query($id: String!) { getErrorMessage(id: $id) { errCode errMessage } }",
            new { id }))["data"]!["getErrorMessage"]!;
        Assert.Equal("FINDER_ERROR", (string)answer["errCode"]!);
        Assert.Equal(
            "The bucket 'source' does not exist. Create it, or correct srcBucket. "
            + "Use retryFailedItems to run the whole task again; what is already at the destination is not copied again.",
            (string)answer["errMessage"]!);

        hub.Script.Run = (_, _) => Task.FromResult(new RunSummary(1, 1, 0, 0, 1));
        await hub.ExecuteAsync("mutation($id: ID!) { retryFailedItems(id: $id) { id } }", new { id });
        await hub.WaitForProgressAsync(id, "DONE");
        Assert.Equal([null, null], hub.Script.Began.Select(run => run.RetryOfRunId));
    }

    [Fact]
    public async Task Stopping_ends_the_run_and_cleans_up()
    {
        await using var hub = await RunningHub.StartAsync();
        hub.Script.Run = ForeverAsync;
        var id = await hub.CreateTaskAsync();
        await hub.WaitAsync(id, _ => !hub.Script.Began.IsEmpty);
        var stopping = await hub.ExecuteAsync("mutation($id: String) { stopTask(id: $id) { progress } }", new { id });
        Assert.Equal("STOPPING", (string)stopping["data"]!["stopTask"]!["progress"]!);

        var task = await hub.WaitForProgressAsync(id, "STOPPED");
        Assert.NotNull(task["stoppedAt"]);
        Assert.Equal("FINISHED", (string)task["run"]!["phase"]!);
        Assert.Null(task["errorMessage"]);
        Assert.Contains($"{id}-r1", hub.Script.CleanedUp);

        // By its own orchestration, and not by the repair of one that failed.
        var instance = await hub.Script.Client!.WaitForInstanceCompletionAsync(id, TestContext.Current.CancellationToken);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, instance.RuntimeStatus);
    }

    [Fact]
    public async Task What_a_stopped_run_left_behind_is_removed_only_after_its_last_requests_had_time_to_arrive()
    {
        await using var hub = await RunningHub.StartAsync();
        var ended = 0L;
        hub.Script.Run = async (request, cancellationToken) =>
        {
            await using var end = cancellationToken.Register(() => ended = TimeProvider.System.GetTimestamp());
            return await ForeverAsync(request, cancellationToken);
        };
        var id = await hub.CreateTaskAsync();
        await hub.WaitAsync(id, _ => !hub.Script.Began.IsEmpty);
        await hub.ExecuteAsync("mutation($id: String) { stopTask(id: $id) { id } }", new { id });
        await hub.WaitForProgressAsync(id, "STOPPED");
        Assert.NotEqual(0, ended);
        Assert.InRange(TimeProvider.System.GetElapsedTime(ended, hub.Script.LastCleanUpBegan), RunningHub.StopSettle, TimeSpan.MaxValue);
    }

    [Theory]
    [InlineData("DONE")]
    [InlineData("ERROR")]
    public async Task What_has_ended_can_be_stopped_too(string state)
    {
        await using var hub = await RunningHub.StartAsync();
        if (state == "ERROR")
            hub.Script.Run = (_, _) => throw new InvalidOperationException("It broke.");
        var id = await hub.CreateTaskAsync();
        await hub.WaitForProgressAsync(id, state);
        await hub.ExecuteAsync("mutation($id: String) { stopTask(id: $id) { id } }", new { id });
        await hub.WaitForProgressAsync(id, "STOPPED");
    }

    [Fact]
    public async Task A_scheduled_task_waits_for_its_time_retries_in_between_and_can_be_stopped_while_it_waits()
    {
        await using var hub = await RunningHub.StartAsync();
        hub.Script.Run = (_, _) => Task.FromResult(new RunSummary(2, 1, 1, 0, 1));
        var id = await hub.CreateTaskAsync("FIXED_RATE", "0 0 1 1 ? *");
        var waiting = await hub.WaitAsync(id, task => task["nextRunAt"] is not null);
        Assert.Equal(("IN_PROGRESS", "COMPLETE_CHECK_ERROR"), ((string)waiting["progress"]!, (string)waiting["errorCode"]!));

        hub.Script.Run = (_, _) => Task.FromResult(new RunSummary(1, 1, 0, 0, 1));
        await hub.ExecuteAsync("mutation($id: ID!) { retryFailedItems(id: $id) { id } }", new { id });
        await hub.WaitAsync(
            id, task => task["nextRunAt"] is not null && (string)task["run"]!["id"]! == $"{id}-r2" && task["errorCode"] is null);

        await hub.RestartAsync();
        await hub.ExecuteAsync("mutation($id: String) { stopTask(id: $id) { id } }", new { id });
        await hub.WaitForProgressAsync(id, "STOPPED");
        Assert.Equal([null, $"{id}-r1"], hub.Script.Began.Select(run => run.RetryOfRunId));
    }

    [Fact]
    public async Task A_run_goes_on_after_a_restart()
    {
        await using var hub = await RunningHub.StartAsync();
        hub.Script.Run = ForeverAsync;
        var id = await hub.CreateTaskAsync();
        await hub.WaitAsync(id, _ => !hub.Script.Began.IsEmpty);
        hub.Script.Run = (_, _) => Task.FromResult(new RunSummary(1, 1, 0, 0, 1));
        await hub.RestartAsync();
        var task = await hub.WaitForProgressAsync(id, "DONE");
        Assert.Equal($"{id}-r1", (string)task["run"]!["id"]!);
    }

    static async Task<RunSummary> ForeverAsync(RunRequest request, CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        return new RunSummary(0, 0, 0, 0, 0);
    }
}
