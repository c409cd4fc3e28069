using System.Text.Json.Nodes;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;
using Microsoft.DurableTask.Client;

namespace DataTransferHub.Tasks.Tests;

/// <summary>
/// Every way in which a run can end. After each, found = copied + unchanged + vanished + archived + failed holds in the ledger and the API,
/// and a retry copies what is missing: the failed objects alone only where nothing else is.
/// </summary>
public sealed class RunEndTests
{
    const string RunsAgain = "Use retryFailedItems to run the whole task again";
    const string Retry = "mutation($id: ID!) { retryFailedItems(id: $id) { id } }";
    const string Stop = "mutation($id: String) { stopTask(id: $id) { id } }";

    static readonly RunSummary AllCopied = new(10, 9, 0, 1, 90);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_copied_everything_leaves_nothing_to_retry()
    {
        await using var hub = await RunningHub.StartAsync();
        hub.Script.Run = (_, _) => Task.FromResult(AllCopied);
        var id = await hub.CreateTaskAsync();
        AssertSum(await hub.WaitForProgressAsync(id, "DONE"), copied: 9, failed: 0, notTried: 0, skipped: 1);
        Assert.Equal("CONFLICT", (string)(await hub.ExecuteAsync(Retry, new { id }))["errors"]![0]!["extensions"]!["code"]!);
    }

    [Fact]
    public async Task A_run_in_which_some_objects_failed_is_retried_by_these_alone()
    {
        await using var hub = await RunningHub.StartAsync();
        hub.Script.Run = (_, _) => Task.FromResult(new RunSummary(10, 7, 2, 1, 70));
        var id = await hub.CreateTaskAsync();
        AssertSum(await hub.WaitForProgressAsync(id, "ERROR"), copied: 7, failed: 2, notTried: 0, skipped: 1);
        await AssertRetryAsync(hub, id, retryOf: $"{id}-r1");
    }

    [Fact]
    public async Task A_run_whose_search_failed_is_run_again_as_a_whole()
    {
        await using var hub = await RunningHub.StartAsync();
        hub.Script.Run = (run, _) => PartAsync(hub, run, isAllFound: false, then: "The listing was refused.");
        var id = await hub.CreateTaskAsync();
        var task = await hub.WaitForProgressAsync(id, "ERROR");
        AssertSum(task, copied: 3, failed: 6, notTried: 5, skipped: 1);
        Assert.Equal("FINDER_ERROR", (string)task["errorCode"]!);
        Assert.StartsWith(
            $"The listing was refused. Of 10 objects found, 5 were not tried. {RunsAgain}",
            (string)task["errorMessage"]!,
            StringComparison.Ordinal);
        await AssertRetryAsync(hub, id, retryOf: null);
    }

    [Fact]
    public async Task A_run_that_failed_while_copying_is_run_again_as_a_whole_though_it_has_failed_objects()
    {
        await using var hub = await RunningHub.StartAsync();
        hub.Script.Run = (run, _) => PartAsync(hub, run, isAllFound: true, then: "The store is unreachable.");
        var id = await hub.CreateTaskAsync();
        var task = await hub.WaitForProgressAsync(id, "ERROR");
        AssertSum(task, copied: 3, failed: 6, notTried: 5, skipped: 1);
        Assert.Equal("UN_KNOWN", (string)task["errorCode"]!);
        await AssertRetryAsync(hub, id, retryOf: null);
    }

    [Fact]
    public async Task A_run_that_tried_everything_and_failed_nevertheless_is_run_again_as_a_whole()
    {
        await using var hub = await RunningHub.StartAsync();
        hub.Script.Run = async (run, _) =>
        {
            await hub.Ledger.RecordBatchAsync(run.RunId, 0, new BatchFindings(4, 40, 0, 4, 40, IsLast: true), Cancellation);
            await hub.Ledger.RecordUnitAsync(run.RunId, "0", new UnitOutcome(3, 30, 0, [Failure("key")]), Cancellation);
            throw new IOException("The last step failed.");
        };
        var id = await hub.CreateTaskAsync();
        AssertSum(await hub.WaitForProgressAsync(id, "ERROR"), copied: 3, failed: 1, notTried: 0, skipped: 0);
        await AssertRetryAsync(hub, id, retryOf: null);
    }

    [Fact]
    public async Task A_run_that_says_more_than_its_ledger_holds_is_run_again_as_a_whole()
    {
        await using var hub = await RunningHub.StartAsync();
        hub.Script.Run = async (run, _) =>
        {
            await hub.Ledger.RecordBatchAsync(run.RunId, 1, new BatchFindings(2, 20, 0, 2, 20, IsLast: false), Cancellation);
            return new RunSummary(10, 8, 1, 1, 80);
        };
        var id = await hub.CreateTaskAsync();
        var task = await hub.WaitForProgressAsync(id, "ERROR");
        AssertSum(task, copied: 8, failed: 3, notTried: 2, skipped: 1);
        Assert.Contains(RunsAgain, (string)task["errorMessage"]!, StringComparison.Ordinal);
        await AssertRetryAsync(hub, id, retryOf: null);
    }

    [Fact]
    public async Task The_sum_holds_when_reports_arrive_after_the_end()
    {
        await using var hub = await RunningHub.StartAsync();
        hub.Script.Run = (run, _) => PartAsync(hub, run, isAllFound: true, then: "The store is unreachable.");
        var id = await hub.CreateTaskAsync();
        await hub.WaitForProgressAsync(id, "ERROR");

        await hub.Ledger.RecordUnitAsync($"{id}-r1", "1", new UnitOutcome(2, 20, 1, []), Cancellation);
        AssertSum(await TaskAsync(hub, id), copied: 5, failed: 3, notTried: 2, skipped: 2);

        // More than the batches said: the batch of these objects was never recorded.
        await hub.Ledger.RecordUnitAsync($"{id}-r1", "2", new UnitOutcome(5, 50, 0, []), Cancellation);
        AssertSum(await TaskAsync(hub, id), copied: 10, failed: 1, notTried: 0, skipped: 2);
        await hub.Ledger.RecordBatchAsync($"{id}-r1", 1, new BatchFindings(7, 70, 0, 7, 70, IsLast: true), Cancellation);
        AssertSum(await TaskAsync(hub, id), copied: 10, failed: 5, notTried: 4, skipped: 2);
        await AssertRetryAsync(hub, id, retryOf: null);
    }

    [Fact]
    public async Task A_retry_that_failed_as_a_whole_is_followed_by_a_whole_run()
    {
        await using var hub = await RunningHub.StartAsync();
        hub.Script.Run = (_, _) => Task.FromResult(new RunSummary(10, 7, 2, 1, 70));
        var id = await hub.CreateTaskAsync();
        await hub.WaitForProgressAsync(id, "ERROR");
        hub.Script.Run = async (run, _) =>
        {
            await hub.Ledger.RecordBatchAsync(run.RunId, 0, new BatchFindings(2, 20, 0, 2, 20, IsLast: true), Cancellation);
            throw new IOException("The store is unreachable.");
        };
        await hub.ExecuteAsync(Retry, new { id });
        var task = await hub.WaitAsync(id, task => IsRun(task, id, 2) && (string)task["progress"]! == "ERROR");
        AssertSum(task, copied: 0, failed: 2, notTried: 2, skipped: 0);
        await AssertRetryAsync(hub, id, retryOf: null);
        Assert.Equal([null, $"{id}-r1", null], hub.Script.Began.Select(run => run.RetryOfRunId));
    }

    [Fact]
    public async Task A_run_that_was_stopped_adds_up_and_cannot_be_retried()
    {
        await using var hub = await RunningHub.StartAsync();
        var id = await BeginAndHangAsync(hub);
        await hub.ExecuteAsync(Stop, new { id });
        AssertSum(await hub.WaitForProgressAsync(id, "STOPPED"), copied: 3, failed: 6, notTried: 5, skipped: 1);
        Assert.Equal("CONFLICT", (string)(await hub.ExecuteAsync(Retry, new { id }))["errors"]![0]!["extensions"]!["code"]!);
    }

    [Fact]
    public async Task A_run_whose_orchestration_was_terminated_is_run_again_as_a_whole()
    {
        await using var hub = await RunningHub.StartAsync();
        var id = await BeginAndHangAsync(hub);
        var byHand = new TerminateInstanceOptions(Output: "by hand", Recursive: true);
        await hub.Script.Client!.TerminateInstanceAsync($"{id}-r1", byHand, Cancellation);
        var task = await hub.WaitForProgressAsync(id, "ERROR");
        AssertSum(task, copied: 3, failed: 6, notTried: 5, skipped: 1);
        Assert.Equal("UN_KNOWN", (string)task["errorCode"]!);
        await AssertRetryAsync(hub, id, retryOf: null);
    }

    [Fact]
    public async Task A_run_whose_task_lost_its_orchestration_is_run_again_as_a_whole()
    {
        await using var hub = await RunningHub.StartAsync();
        var id = await BeginAndHangAsync(hub);
        var byHand = new TerminateInstanceOptions(Output: "by hand", Recursive: false);
        await hub.Script.Client!.TerminateInstanceAsync(id, byHand, Cancellation);
        await hub.Script.Client.WaitForInstanceCompletionAsync(id, Cancellation);

        // At the start, tasks without an orchestration get one.
        await hub.RestartAsync();
        AssertSum(await hub.WaitForProgressAsync(id, "ERROR"), copied: 3, failed: 6, notTried: 5, skipped: 1);
        await AssertRetryAsync(hub, id, retryOf: null);
    }

    [Fact]
    public async Task A_run_whose_orchestrations_are_gone_altogether_is_closed_too()
    {
        await using var hub = new TestHub();
        var id = await hub.CreateTaskAsync();
        var order = await hub.Activities.TakeTaskOrder(id, Cancellation);
        await hub.Ledger.RecordBatchAsync(order.Run!.RunId, 0, new BatchFindings(10, 100, 1, 9, 90, IsLast: false), Cancellation);
        hub.Client.Lose(id);
        await hub.ReconcileAsync();

        var run = (await hub.Ledger.GetProgressAsync(order.Run.RunId, Cancellation))!;
        Assert.Equal((RunPhase.Finished, 10, 9, 9, 1), (run.Phase, run.Found, run.Failed, run.NotTried, run.Skipped));
        Assert.Contains(RunsAgain, (await hub.Store.GetAsync(id, Cancellation))!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_end_of_a_run_means_is_the_same_when_it_is_recorded_twice()
    {
        await using var hub = new TestHub();
        var id = await hub.CreateTaskAsync();
        var order = await hub.Activities.TakeTaskOrder(id, Cancellation);

        // As if the hub had ended between closing the ledger and writing the record.
        await hub.Ledger.FinishRunAsync(order.Run!.RunId, Cancellation);
        await hub.Activities.FinishTaskRun(new RunEnd(id, order.Run.RunId, null, "No such bucket.", "StoreException"), Cancellation);
        Assert.Equal(TaskErrorCode.FinderError, (await hub.Store.GetAsync(id, Cancellation))!.ErrorCode);
    }

    static async Task<string> BeginAndHangAsync(RunningHub hub)
    {
        var isUnderWay = false;
        hub.Script.Run = async (run, cancellationToken) =>
        {
            await RecordPartAsync(hub.Ledger, run, isAllFound: true);
            isUnderWay = true;
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return AllCopied;
        };
        var id = await hub.CreateTaskAsync();
        await hub.WaitAsync(id, _ => isUnderWay);
        return id;
    }

    // Ten objects found, one of them skipped; of nine to copy three were copied, one failed, and five were not tried.
    static async Task<RunSummary> PartAsync(RunningHub hub, RunRequest run, bool isAllFound, string then)
    {
        await RecordPartAsync(hub.Ledger, run, isAllFound);
        throw new IOException(then);
    }

    static async Task RecordPartAsync(IRunLedger ledger, RunRequest run, bool isAllFound)
    {
        await ledger.RecordBatchAsync(run.RunId, 0, new BatchFindings(10, 100, 1, 9, 90, isAllFound), Cancellation);
        await ledger.RecordUnitAsync(run.RunId, "0/so-far", new UnitOutcome(3, 30, 0, [Failure("key")]), Cancellation);
    }

    static FailedItem Failure(string key) => new(key, "{}", 10, 6, "It broke.");

    static async Task AssertRetryAsync(RunningHub hub, string id, string? retryOf)
    {
        var runs = hub.Script.Began.Count;
        hub.Script.Run = (_, _) => Task.FromResult(AllCopied);
        Assert.Null((await hub.ExecuteAsync(Retry, new { id }))["errors"]);
        AssertSum(await hub.WaitForProgressAsync(id, "DONE"), copied: 9, failed: 0, notTried: 0, skipped: 1);
        Assert.Equal(retryOf, Assert.Single(hub.Script.Began.Skip(runs)).RetryOfRunId);
    }

    static bool IsRun(JsonNode task, string id, int number) => (string?)task["run"]?["id"] == $"{id}-r{number}";

    static Task<JsonNode> TaskAsync(RunningHub hub, string id) => hub.WaitAsync(id, _ => true);

    static void AssertSum(JsonNode task, long copied, long failed, long notTried, long skipped)
    {
        var run = task["run"]!;
        string[] counts = ["itemsFound", "itemsCopied", "itemsFailed", "itemsNotTried"];
        Assert.Equal([copied + failed + skipped, copied, failed, notTried], counts.Select(count => (long)run[count]!));
        string[] others = ["itemsUnchanged", "itemsVanished", "itemsArchived"];
        Assert.Equal(skipped, others.Sum(count => (long)run[count]!));
        Assert.Equal("FINISHED", (string)run["phase"]!);
    }
}
