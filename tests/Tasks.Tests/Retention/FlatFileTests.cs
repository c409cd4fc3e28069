using System.Diagnostics;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Retention;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace DataTransferHub.Tasks.Tests.Retention;

/// <summary>
/// The size of the files under retention, on the real engine. Without it they would be five times as large at the end as when they are
/// first measured; docs/running.md has the figures of 10,000 runs.
/// </summary>
public sealed class FlatFileTests(ITestOutputHelper output)
{
    const int Runs = 2_000;
    const int Warmed = 400;
    const int BetweenRemovals = 200;
    const int Tasks = 10;
    const int RunsPerTask = 10;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_runs_leave_the_size_of_the_files_flat()
    {
        await using var hub = await RunningHub.StartAsync(
            configure: services => services.Configure<RetentionOptions>(options => options.RunsPerTask = RunsPerTask));
        await hub.WaitForProgressAsync(await hub.CreateTaskAsync(), "DONE");
        var client = hub.Script.Client!;
        var remove = ActivatorUtilities.CreateInstance<RemoveExpired>(hub.Get<IServiceProvider>());
        var watch = Stopwatch.StartNew();
        (long History, long Tasks) warmed = default;
        for (var from = 0; from < Runs; from += BetweenRemovals)
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(from, BetweenRemovals),
                new ParallelOptions { MaxDegreeOfParallelism = 100, CancellationToken = Cancellation },
                async (number, cancellation) => await RunAsync(hub, client, $"task-{number % Tasks}", number, cancellation));
            await remove.RunAsync(new(), client, Cancellation);
            if (from + BetweenRemovals == Warmed)
                warmed = Pages(hub);
        }

        var all = Pages(hub);
        output.WriteLine($"{Runs} runs in {watch.Elapsed.TotalSeconds:N1} s; pages of hub.db and tasks.db: {warmed}, then {all}");
        Assert.InRange(all.History, 1, warmed.History * 1.2);
        Assert.InRange(all.Tasks, 1, warmed.Tasks * 1.2);
        Assert.Equal(1 + (Tasks * RunsPerTask), await CountRunsAsync(client));
    }

    static async Task RunAsync(RunningHub hub, DurableTaskClient client, string taskId, int number, CancellationToken cancellation)
    {
        var runId = $"{taskId}-r{number}";
        await hub.Ledger.StartRunAsync(runId, taskId, cancellation);
        await client.ScheduleNewOrchestrationInstanceAsync(
            nameof(ScriptedRun),
            new RunRequest(taskId, runId, new Dictionary<string, string>(), null),
            new StartOrchestrationOptions(runId),
            cancellation);
        await client.WaitForInstanceCompletionAsync(runId, cancellation);
        await hub.Ledger.FinishRunAsync(runId, cancellation);
    }

    static async Task<int> CountRunsAsync(DurableTaskClient client)
    {
        var runs = 0;
        await foreach (var instance in client.GetAllInstancesAsync(new OrchestrationQuery()))
            runs += instance.Name == nameof(ScriptedRun) ? 1 : 0;
        return runs;
    }

    static (long History, long Tasks) Pages(RunningHub hub) => (Pages(hub, "hub.db"), Pages(hub, "tasks.db"));

    static long Pages(RunningHub hub, string file)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(hub.Data, file)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA page_count";
        return (long)command.ExecuteScalar()!;
    }
}
