using System.Diagnostics;
using DataTransferHub.Bench.Machine;
using DataTransferHub.Cli.Processes;

namespace DataTransferHub.Bench.Objects;

/// <summary>A program that is measured from its start to its end.</summary>
static class MeasuredProcess
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>The file with its output.</summary>
    public static string LogIn(TemporaryFolder folder) => folder["program.log"];

    /// <summary>Runs it.</summary>
    /// <param name="name">Its name in errors.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="folder">Where its log is written.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<Measurement> RunAsync(
        string name, IReadOnlyList<string> command, TemporaryFolder folder, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await using var process = ServerProcess.Start(name, command[0], command.Skip(1), LogIn(folder));
        var usage = default(ProcessUsage);
        while (!process.HasExited)
        {
            usage = ProcessUsage.Read(process.Id) ?? usage;
            await Task.Delay(Interval, cancellationToken);
        }

        var wall = watch.Elapsed;
        if (await process.StopAsync(TimeSpan.FromSeconds(5)) is not 0 and var code)
            throw new InvalidOperationException($"{name} ended with code {code}:\n{process.LogTail()}");
        return new Measurement(wall, usage.CpuSeconds, usage.PeakMemoryBytes);
    }
}
