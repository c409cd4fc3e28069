using System.Globalization;
using DataTransferHub.Bench.Machine;
using DataTransferHub.Bench.Store;
using Spectre.Console;

namespace DataTransferHub.Bench.Objects;

/// <summary>One copy, with what the stores have seen of it.</summary>
/// <param name="Program">What the program used.</param>
/// <param name="StoreCpuSeconds">The CPU time of both stores.</param>
/// <param name="Counts">What the destination has counted.</param>
/// <param name="SourceRefused">The requests that the source has refused.</param>
sealed record Result(Measurement Program, double StoreCpuSeconds, StoreCounts Counts, long SourceRefused);

/// <summary>The results of one workload as a Markdown table.</summary>
static class ResultTable
{
    const double Million = 1e6;
    const double MiB = 1 << 20;

    /// <summary>Prints it.</summary>
    public static void Print(Workload workload, int rounds, IReadOnlyDictionary<IContestant, List<Result>> results)
    {
        var objects = workload.Objects;
        var sent = workload.HasNothingToDo ? 0 : objects.Count * objects.Size;
        AnsiConsole.WriteLine();
        AnsiConsole.WriteLine(
            $"### {workload.Name}: {workload.Title}, median of {rounds}, load average {MachineDescription.LoadAverage()}");
        AnsiConsole.WriteLine();
        var table = new Table().MarkdownBorder();
        table.AddColumns(
            "program", "wall s (min to max)", "objects/s", "MB/s", "CPU s", "CPU ms/object", "peak RSS MiB", "CPU s of stores",
            "requests in flight", "SlowDown", "MB sent again", "note");
        foreach (var (contestant, all) in results)
        {
            var byWall = all.OrderBy(one => one.Program.Wall).ToList();
            var median = byWall[byWall.Count / 2];
            var seconds = median.Program.Wall.TotalSeconds;
            table.AddRow(
                contestant.Name,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{seconds:0.0} ({byWall[0].Program.Wall.TotalSeconds:0.0} to {byWall[^1].Program.Wall.TotalSeconds:0.0})"),
                Number(objects.Count / seconds),
                Number(sent / Million / seconds),
                Number(median.Program.CpuSeconds),
                Number(median.Program.CpuSeconds * 1000 / objects.Count),
                Number(all.Max(one => one.Program.PeakMemoryBytes) / MiB),
                Number(median.StoreCpuSeconds),
                Count(median.Counts.MostInFlight),
                Count(median.Counts.Refused + median.SourceRefused),
                Number((median.Counts.ReceivedBytes - sent) / Million),
                median.Program.Note);
        }

        AnsiConsole.Write(table);
    }

    static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    static string Number(double value) => value.ToString(
        value switch { 0 or >= 10 => "#,0", >= 1 => "0.0", >= 0.1 => "0.00", _ => "0.000" }, CultureInfo.InvariantCulture);
}
