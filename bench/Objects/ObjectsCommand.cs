using System.CommandLine;
using DataTransferHub.Bench.Machine;
using DataTransferHub.Bench.Store;
using Spectre.Console;

namespace DataTransferHub.Bench.Objects;

/// <summary><c>objects</c>: copies the same objects between two stores with each program in turn.</summary>
static class ObjectsCommand
{
    // Rows are not broken where the output is no terminal.
    const int Width = 250;

    public static Command Create()
    {
        var names = new Workloads(isQuick: false).All.Select(workload => workload.Name).ToArray();
        var only = new Option<string[]>("--only")
        {
            Description = $"The workloads to measure, of: {string.Join(", ", names)}. All if it is omitted.",
            AllowMultipleArgumentsPerToken = true,
        };
        only.AcceptOnlyFromAmong(names);
        var quick = new Option<bool>("--quick") { Description = "A tenth of each workload, once, to see that it runs." };
        var rounds = new Option<int?>("--rounds")
        {
            Description = "Number of copies by each program; the table shows the median. 3 if it is omitted, 1 with --quick.",
        };
        var alone = new Option<bool>("--hub-only") { Description = "Do not run rclone." };
        var command = new Command("objects", "Copy objects between two stores in memory with the hub and with rclone, in turn.")
        {
            only, quick, rounds, alone,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var isQuick = result.GetValue(quick);
            var isAlone = result.GetValue(alone);
            var wanted = result.GetValue(only) is { Length: > 0 } some ? some : names;
            AnsiConsole.Profile.Width = Width;
            AnsiConsole.WriteLine(MachineDescription.Read());
            AnsiConsole.WriteLine(
                $"{(isAlone ? "The hub alone" : Rclone.Version())}; two stores in memory, a process each, plain HTTP on loopback.");
            foreach (var workload in new Workloads(isQuick).All.Where(workload => wanted.Contains(workload.Name)))
            {
                var contestants = workload.Contestants.Where(one => !isAlone || one is not Rclone).ToList();
                await MeasureAsync(
                    workload with { Contestants = contestants }, result.GetValue(rounds) ?? (isQuick ? 1 : 3), cancellationToken);
            }

            return 0;
        });
        return command;
    }

    static async Task MeasureAsync(Workload workload, int rounds, CancellationToken cancellationToken)
    {
        await using var source = await StoreProcess.StartAsync(workload.Source, cancellationToken);
        await using var destination = await StoreProcess.StartAsync(workload.Destination, cancellationToken);
        var results = workload.Contestants.ToDictionary(contestant => contestant, _ => new List<Result>());
        for (var round = 0; round < rounds; round++)
        {
            // In turn, so that other load on the machine affects all programs equally.
            foreach (var contestant in workload.Contestants)
            {
                var before = source.CpuSeconds + destination.CpuSeconds;
                var refused = (await source.ReadCountsAsync(cancellationToken)).Refused;
                var measurement = await contestant.CopyAsync(source, destination, cancellationToken);
                results[contestant].Add(new Result(
                    measurement,
                    source.CpuSeconds + destination.CpuSeconds - before,
                    await destination.ReadCountsAsync(cancellationToken),
                    (await source.ReadCountsAsync(cancellationToken)).Refused - refused));
                await workload.VerifyAsync(source, destination, cancellationToken);
                await destination.ResetAsync(cancellationToken);
            }
        }

        ResultTable.Print(workload, rounds, results);
    }
}
