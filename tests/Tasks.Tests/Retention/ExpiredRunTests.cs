using Dapper;
using DataTransferHub.Tasks.Retention;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Extensions.DependencyInjection;

namespace DataTransferHub.Tasks.Tests.Retention;

/// <summary>What is removed of old runs, and what never is.</summary>
public sealed class ExpiredRunTests
{
    static readonly FailedItem Failure = new("key", "{}", 7, 5, "It broke.");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_go_by_age_with_their_failures_and_files_but_never_the_newest_of_a_task_nor_one_in_progress()
    {
        await using var hub = new TestHub();
        foreach (var run in new[] { "a-r1", "a-r2", "b-r1" })
            await FinishedRunAsync(hub, run);
        await hub.Ledger.StartRunAsync("c-r1", "c", Cancellation);
        await hub.Ledger.StartRunAsync("c-r2", "c", Cancellation);
        hub.Time.Advance(TimeSpan.FromDays(91));

        await RemoveAsync(hub);

        Assert.Equal(["a-r2", "b-r1", "c-r1", "c-r2"], await RunsAsync(hub));
        Assert.Empty(await hub.Ledger.ListFailedAsync("a-r1", null, 10, Cancellation));
        Assert.Single(await hub.Ledger.ListFailedAsync("a-r2", null, 10, Cancellation));
        Assert.Empty(await hub.Get<IWorkArea>().ListAsync("runs/a-r1", Cancellation));
        Assert.Single(await hub.Get<IWorkArea>().ListAsync("runs/a-r2", Cancellation));
        Assert.Equal(["a-r1"], hub.Client.Purged);
    }

    [Fact]
    public async Task A_run_with_leftovers_stays_until_they_are_gone()
    {
        await using var hub = new TestHub();
        await FinishedRunAsync(hub, "a-r1");
        await FinishedRunAsync(hub, "a-r2");
        var leftovers = hub.Get<ILeftovers>();
        await leftovers.RecordAsync("a", "a-r1", [new LeftItem("key", "upload", "AccessDenied")], Cancellation);
        hub.Time.Advance(TimeSpan.FromDays(91));

        await RemoveAsync(hub);
        Assert.Equal(["a-r1", "a-r2"], await RunsAsync(hub));
        await leftovers.RecordAsync("a", "a-r1", [], Cancellation);
        await RemoveAsync(hub);
        Assert.Equal(["a-r2"], await RunsAsync(hub));
    }

    [Fact]
    public async Task Only_the_newest_runs_of_each_task_are_kept()
    {
        await using var hub = new TestHub(services => services.Configure<RetentionOptions>(options => options.RunsPerTask = 3));
        for (var number = 1; number <= 12; number++)
            await FinishedRunAsync(hub, $"a-r{number}");
        await FinishedRunAsync(hub, "b-r1");

        await RemoveAsync(hub);

        Assert.Equal(["a-r10", "a-r11", "a-r12", "b-r1"], await RunsAsync(hub));
    }

    [Fact]
    public async Task The_run_whose_failures_are_retried_stays_until_another_is()
    {
        await using var hub = new TestHub(services => services.Configure<RetentionOptions>(options => options.RunsPerTask = 1));
        var id = await hub.CreateTaskAsync();
        for (var number = 1; number <= 3; number++)
            await FinishedRunAsync(hub, $"{id}-r{number}");
        await hub.Store.UpdateAsync(
            id, task => task with { RunCount = 3, Wanted = WantedRun.Retry, RetryOf = $"{id}-r2" }, Cancellation);

        await RemoveAsync(hub);
        Assert.Equal([$"{id}-r2", $"{id}-r3"], await RunsAsync(hub));

        await hub.Store.UpdateAsync(id, task => task with { RetryOf = null }, Cancellation);
        await RemoveAsync(hub);
        Assert.Equal([$"{id}-r3"], await RunsAsync(hub));
    }

    [Fact]
    public async Task An_hour_after_the_end_the_reports_of_a_run_go_its_sums_and_failures_stay_and_late_reports_no_longer_count()
    {
        await using var hub = new TestHub();
        await FinishedRunAsync(hub, "a-r1");
        for (var unit = 0; unit < 2500; unit++)
            await hub.Ledger.RecordUnitAsync("a-r1", $"{unit}", new UnitOutcome(1, 1, 0, []), Cancellation);
        var before = await hub.Ledger.GetProgressAsync("a-r1", Cancellation);

        await RemoveAsync(hub);
        Assert.Equal(2501, await CountAsync(hub, "units"));

        hub.Time.Advance(TimeSpan.FromMinutes(61));
        await RemoveAsync(hub);
        Assert.Equal((0, 0), (await CountAsync(hub, "units"), await CountAsync(hub, "batches")));

        await hub.Ledger.RecordUnitAsync("a-r1", "7", new UnitOutcome(1, 1, 0, []), Cancellation);
        await hub.Ledger.RecordBatchAsync("a-r1", 0, new BatchFindings(1, 7, 0, 1, 7, IsLast: true), Cancellation);
        Assert.Equal(before, await hub.Ledger.GetProgressAsync("a-r1", Cancellation));
        Assert.Single(await hub.Ledger.ListFailedAsync("a-r1", null, 10, Cancellation));
    }

    [Fact]
    public async Task A_run_whose_history_cannot_be_removed_keeps_its_ledger_and_the_others_go()
    {
        await using var hub = new TestHub(services => services.Configure<RetentionOptions>(options => options.RunsPerTask = 1));
        foreach (var run in new[] { "a-r1", "a-r2", "a-r3" })
            await FinishedRunAsync(hub, run);
        hub.Client.Faults["a-r1"] = new InvalidOperationException("The instance has not ended.");

        await RemoveAsync(hub);
        Assert.Equal(["a-r1", "a-r3"], await RunsAsync(hub));

        hub.Client.Faults.Clear();
        await RemoveAsync(hub);
        Assert.Equal(["a-r3"], await RunsAsync(hub));
    }

    static async Task FinishedRunAsync(TestHub hub, string runId)
    {
        await hub.Ledger.StartRunAsync(runId, runId[..runId.LastIndexOf("-r", StringComparison.Ordinal)], Cancellation);
        await hub.Ledger.RecordBatchAsync(runId, 0, new BatchFindings(1, 7, 0, 1, 7, IsLast: true), Cancellation);
        await hub.Ledger.RecordUnitAsync(runId, "unit", new UnitOutcome(0, 0, 0, [Failure]), Cancellation);
        await hub.Get<IWorkArea>().WriteAsync($"runs/{runId}/unit", new byte[10], Cancellation);
        await hub.Ledger.FinishRunAsync(runId, Cancellation);
    }

    static Task RemoveAsync(TestHub hub) => hub.Get<RemoveExpired>().RunAsync(new(), hub.Client, Cancellation);

    static Task<List<string>> RunsAsync(TestHub hub) => Task.FromResult(
        hub.Get<TaskDatabase>().File.Read(connection => connection.Query<string>("SELECT run_id FROM runs ORDER BY run_id").ToList()));

    static Task<long> CountAsync(TestHub hub, string table) => Task.FromResult(
        hub.Get<TaskDatabase>().File.Read(connection => connection.ExecuteScalar<long>($"SELECT COUNT(*) FROM {table}")));
}
