using Dapper;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Tasks.Tests.Storage;

/// <summary>A run whose disk is full for a while.</summary>
public sealed class RunOnFullDiskTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_cannot_report_as_the_disk_is_full_is_done_once_there_is_space()
    {
        var log = new NotingLog();
        await using var hub = await RunningHub.StartAsync(configure: services => services.AddSingleton<ILoggerProvider>(log));
        hub.Script.Run = async (request, cancellationToken) =>
        {
            await LimitTasksFileAsync(hub, 1);
            var longId = new string('u', 100_000);
            await hub.Ledger.RecordUnitAsync(request.RunId, longId, new UnitOutcome(0, 0, 0, []), cancellationToken);
            return new RunSummary(3, 2, 0, 1, 20);
        };
        var id = await hub.CreateTaskAsync();
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!log.Entries.Any(entry => entry.Text.Contains("tasks.db' is full", StringComparison.Ordinal)))
            await pause.WaitForNextTickAsync(Cancellation);
        await LimitTasksFileAsync(hub, 1_000_000);

        var task = await hub.WaitForProgressAsync(id, "DONE");
        Assert.Equal((2, 0), ((long)task["run"]!["itemsCopied"]!, (long)task["run"]!["itemsFailed"]!));
        Assert.Single(hub.Script.Began);
    }

    static Task<int> LimitTasksFileAsync(RunningHub hub, int pages) => hub.Get<TaskDatabase>().File.WriteAsync(
        connection => connection.Execute($"PRAGMA max_page_count = {pages}"), Cancellation);
}
