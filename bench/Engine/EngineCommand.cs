using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DataTransferHub.Bench.Machine;
using DataTransferHub.Engine;
using DataTransferHub.Engine.Dispatch;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;

namespace DataTransferHub.Bench.Engine;

/// <summary><c>engine</c>: measures the embedded engine; every step is on disk before the next starts.</summary>
static class EngineCommand
{
    const int AtOnce = 500;
    const int FanOut = 10_000;

    public static Command Create()
    {
        var rounds = new Option<int>("--rounds")
        {
            Description = "Number of runs of each load; the table shows the median.",
            DefaultValueFactory = _ => 3,
        };
        var folder = new Option<string>("--folder")
        {
            Description = "Folder for the hub's file; its disk affects the results.",
            DefaultValueFactory = _ => Path.GetTempPath(),
        };
        var command = new Command("engine", "Run durable orchestrations on the embedded engine with synchronous=FULL.") { rounds, folder };
        command.SetAction((result, cancellationToken) => RunAsync(result.GetValue(rounds), result.GetValue(folder)!, cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(int rounds, string parent, CancellationToken cancellation)
    {
        var folder = Directory.CreateDirectory(Path.Combine(parent, "dth-bench-" + Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            AnsiConsole.WriteLine(MachineDescription.Read());
            AnsiConsole.WriteLine($"SQLite {SqliteVersion()}, synchronous=FULL; {FsyncLatency.Measure(folder)}");

            var sequences = new List<double>();
            var activities = new List<double>();
            var latencies = new List<double>();
            for (var round = 0; round <= rounds; round++)
            {
                await using var engine = new DurableEngine(
                    new DurableEngineOptions { DatabasePath = Path.Combine(folder, $"{round}.db") },
                    new BenchFunctions(),
                    JsonDataConverter.Default,
                    TimeProvider.System,
                    NullLoggerFactory.Instance);
                await engine.StartAsync(cancellation);
                var sequencesPerSecond = await SequencesAsync(engine.Client, cancellation);
                var activitiesPerSecond = await FanOutAsync(engine.Client, cancellation);
                var one = await LatenciesAsync(engine.Client, cancellation);
                // The first round warms up the runtime.
                if (round == 0)
                    continue;
                sequences.Add(sequencesPerSecond);
                activities.Add(activitiesPerSecond);
                latencies.AddRange(one);
            }

            latencies.Sort();
            var table = new Table().Title($"Embedded engine, median of {rounds}, load average {MachineDescription.LoadAverage()}");
            table.AddColumns("load", "figure", "min to max");
            table.AddRow($"sequences of five activities, {AtOnce} concurrent", Number(Median(sequences)) + "/s", Range(sequences));
            table.AddRow($"activities of one fan-out of {FanOut:N0}", Number(Median(activities)) + "/s", Range(activities));
            table.AddRow("one sequence of five at a time, p50", Milliseconds(latencies[latencies.Count / 2]), "");
            table.AddRow("one sequence of five at a time, p99", Milliseconds(latencies[latencies.Count * 99 / 100]), "");
            AnsiConsole.Write(table);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Keeps this many running until ten times as many have finished.
    static async Task<double> SequencesAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        const int total = AtOnce * 10;
        var left = total;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
                await RunOneAsync(client, BenchFunctions.Sequence, cancellation);
        }));
        return total / watch.Elapsed.TotalSeconds;
    }

    static async Task<double> FanOutAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        await RunOneAsync(client, BenchFunctions.FanOut, cancellation, FanOut);
        return FanOut / watch.Elapsed.TotalSeconds;
    }

    static async Task<List<double>> LatenciesAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        var latencies = new List<double>();
        for (var i = 0; i < 500; i++)
        {
            var watch = Stopwatch.StartNew();
            await RunOneAsync(client, BenchFunctions.Sequence, cancellation);
            latencies.Add(watch.Elapsed.TotalMilliseconds);
        }
        return latencies;
    }

    static async Task RunOneAsync(DurableTaskClient client, string orchestrator, CancellationToken cancellation, object? input = null)
    {
        var id = await client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, cancellation);
        var result = await client.WaitForInstanceCompletionAsync(id, cancellation);
        if (result.RuntimeStatus != OrchestrationRuntimeStatus.Completed)
            throw new InvalidOperationException($"{orchestrator} ended as {result.RuntimeStatus}; the results are invalid.");
    }

    static string SqliteVersion()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        return connection.ServerVersion;
    }

    static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    static string Range(List<double> values) => $"{Number(values.Min())} to {Number(values.Max())}";

    static string Number(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    static string Milliseconds(double value) => value.ToString("0.00", CultureInfo.InvariantCulture) + " ms";
}
