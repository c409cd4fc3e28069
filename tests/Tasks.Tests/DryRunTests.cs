using System.Text.Json.Nodes;
using DataTransferHub.Tasks.DryRuns;
using DataTransferHub.Tasks.WorkArea;

namespace DataTransferHub.Tasks.Tests;

/// <summary>Dry runs are started and shown through the API.</summary>
public sealed class DryRunTests
{
    const string Start = "mutation($id: ID!) { startDryRun(id: $id) { id dryRun { state } } }";
    const string Show = "query($id: ID!) { getTask(id: $id) { dryRun { state found toCopy bytes startedAt endedAt error } } }";
    const string List =
        "query($id: ID!, $limit: Int, $token: String) { dryRunItems(id: $id, limit: $limit, nextToken: $token) "
        + "{ nextToken items { key size reason } } }";

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_paused_task_is_searched_before_its_first_run_which_starts_when_it_is_resumed()
    {
        await using var hub = await RunningHub.StartAsync();
        hub.Script.DryRun = batch => batch.Batch < 2
            ? Found(3, batch.Batch == 0 ? ["a"] : ["b", "c"], batch)
            : Found(1, [], batch, isLast: true);
        var id = await CreatePausedAsync(hub);

        Assert.Null((await hub.ExecuteAsync(Start, new { id }))["errors"]);
        var dryRun = await WaitAsync(hub, id, "DONE");

        Assert.Equal((7, 3, 30), ((int)dryRun["found"]!, (int)dryRun["toCopy"]!, (int)dryRun["bytes"]!));
        Assert.NotNull(dryRun["endedAt"]);
        Assert.Equal([null, "key 0", "key 1"], hub.Script.DryBatches.Select(batch => batch.AfterKey));
        Assert.Empty(hub.Script.Began);
        var items = (await hub.ExecuteAsync(List, new { id }))["data"]!["dryRunItems"]!;
        Assert.Equal(["a", "b", "c"], items["items"]!.AsArray().Select(item => (string)item!["key"]!));
        Assert.Equal((10, "SIZE"), ((int)items["items"]![0]!["size"]!, (string)items["items"]![0]!["reason"]!));

        await hub.ExecuteAsync("mutation($id: ID!) { resumeTask(id: $id) { id } }", new { id });
        await hub.WaitForProgressAsync(id, "DONE");
        Assert.Single(hub.Script.Began);
    }

    [Fact]
    public async Task A_dry_run_that_cannot_go_on_says_why_and_the_next_one_replaces_it()
    {
        await using var hub = await RunningHub.StartAsync();
        hub.Script.DryRun = batch => batch.Batch == 0 ? Found(2, ["old"], batch) : (DryRunFound.Failed("No bucket."), []);
        var id = await CreatePausedAsync(hub);
        await hub.ExecuteAsync(Start, new { id });
        var failed = await WaitAsync(hub, id, "ERROR");
        Assert.Equal((2, "No bucket."), ((int)failed["found"]!, (string)failed["error"]!));

        hub.Script.DryRun = batch => Found(1, ["new"], batch, isLast: true);
        Assert.Null((await hub.ExecuteAsync(Start, new { id }))["errors"]);

        Assert.Equal(1, (int)(await WaitAsync(hub, id, "DONE"))["found"]!);
        var items = (await hub.ExecuteAsync(List, new { id }))["data"]!["dryRunItems"]!["items"]!.AsArray();
        Assert.Equal("new", (string)Assert.Single(items)!["key"]!);
    }

    [Fact]
    public async Task It_is_refused_while_a_run_or_another_dry_run_is_in_progress_and_for_a_stopped_task()
    {
        await using var hub = new TestHub();
        var running = await hub.CreateTaskAsync();
        Assert.Contains("A run of the task is in progress", await RefusalAsync(running), StringComparison.Ordinal);
        await hub.ExecuteAsync("mutation($id: String) { stopTask(id: $id) { id } }", new { id = running });
        Assert.Contains("stopped", await RefusalAsync(running), StringComparison.Ordinal);
        Assert.Contains("no task 'none'", await RefusalAsync("none"), StringComparison.Ordinal);

        var paused = await CreatePausedAsync(hub.ExecuteAsync);
        Assert.Null((await hub.ExecuteAsync(Start, new { id = paused }))["errors"]);
        Assert.Equal([running, $"{paused}-d1"], hub.Client.Started);
        Assert.Contains("A dry run of the task is in progress", await RefusalAsync(paused), StringComparison.Ordinal);

        // Its orchestration is lost.
        hub.Client.Lose($"{paused}-d1");
        Assert.Null((await hub.ExecuteAsync(Start, new { id = paused }))["errors"]);
        Assert.Equal($"{paused}-d2", hub.Client.Started[^1]);

        async Task<string> RefusalAsync(string id) => (string)(await hub.ExecuteAsync(Start, new { id }))["errors"]![0]!["message"]!;
    }

    [Fact]
    public async Task Items_are_listed_in_pages_of_any_size()
    {
        await using var hub = new TestHub();
        var id = await CreatePausedAsync(hub.ExecuteAsync);
        await hub.ExecuteAsync(Start, new { id });
        for (var batch = 0; batch < 12; batch += 2)
        {
            await DryRunItems.WriteAsync(
                hub.Get<IWorkArea>(), $"{id}-d1", batch,
                [.. Enumerable.Range(0, 3).Select(item => new DryRunItem($"{batch:00}/{item}", 10, CopyReason.Missing))], Cancellation);
        }

        for (var limit = 1; limit <= 19; limit++)
        {
            var keys = new List<string>();
            string? token = null;
            do
            {
                var page = (await hub.ExecuteAsync(List, new { id, limit, token }))["data"]!["dryRunItems"]!;
                keys.AddRange(page["items"]!.AsArray().Select(item => (string)item!["key"]!));
                token = (string?)page["nextToken"];
            }
            while (token is not null);
            Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
            Assert.Equal(18, keys.Distinct().Count());
        }

        foreach (var token in (string[])["x", $"{id}-d2.batch-0000000000.0", $"{id}-d1.batch-0000000000.-1"])
        {
            var error = (await hub.ExecuteAsync(List, new { id, limit = 1, token }))["errors"]![0]!;
            Assert.Equal("nextToken", (string)error["extensions"]!["fields"]![0]!["field"]!);
        }

        Assert.NotNull((await hub.ExecuteAsync(List, new { id, limit = 1001 }))["errors"]);
    }

    [Fact]
    public async Task Late_reports_and_those_of_a_stopped_task_change_nothing_or_end_it()
    {
        await using var hub = new TestHub();
        var id = await CreatePausedAsync(hub.ExecuteAsync);
        await hub.ExecuteAsync(Start, new { id });
        var record = new RecordDryRun(hub.Get<IDryRunStore>(), hub.Store);
        var counts = new DryRunCounts(5, 2, 20);

        Assert.True(await record.RunAsync(new DryRunReport(id, 1, counts, false, null), Cancellation));
        Assert.False(await record.RunAsync(new DryRunReport(id, 2, counts, false, null), Cancellation));
        await hub.ExecuteAsync("mutation($id: String) { stopTask(id: $id) { id } }", new { id });
        Assert.False(await record.RunAsync(new DryRunReport(id, 1, counts.Add(counts), false, null), Cancellation));
        Assert.False(await record.RunAsync(new DryRunReport(id, 1, counts, true, null), Cancellation));

        var dryRun = (await hub.ExecuteAsync(Show, new { id }))["data"]!["getTask"]!["dryRun"]!;
        Assert.Equal(("ERROR", 10, "The task was stopped."), ((string)dryRun["state"]!, (int)dryRun["found"]!, (string)dryRun["error"]!));
    }

    static (DryRunFound Found, string[] Keys) Found(int found, string[] keys, DryRunBatch batch, bool isLast = false) =>
        (new(new DryRunCounts(found, keys.Length, keys.Length * 10), isLast, isLast ? null : $"key {batch.Batch}"), keys);

    static Task<string> CreatePausedAsync(RunningHub hub) => CreatePausedAsync(hub.ExecuteAsync);

    static async Task<string> CreatePausedAsync(Func<string, object?, Task<JsonNode>> execute)
    {
        var parameters = new[] { TestHub.Parameter("srcBucket", "source") };
        var answer = await execute(
            "mutation($input: CreateTaskInput!) { createTask(input: $input) { id progress } }",
            new { input = new { type = "S3EC2", scheduleType = "ONE_TIME", paused = true, parameters } });
        var task = answer["data"]!["createTask"]!;
        Assert.Equal("PAUSED", (string)task["progress"]!);
        return (string)task["id"]!;
    }

    static async Task<JsonNode> WaitAsync(RunningHub hub, string id, string state)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        JsonNode? dryRun = null;
        for (var attempt = 0; attempt < 600; attempt++)
        {
            dryRun = (await hub.ExecuteAsync(Show, new { id }))["data"]!["getTask"]!["dryRun"];
            if ((string?)dryRun?["state"] == state)
                return dryRun!;
            await pause.WaitForNextTickAsync(Cancellation);
        }

        throw new TimeoutException($"The dry run did not get there; it shows {dryRun}.");
    }
}
