using System.Globalization;

namespace DataTransferHub.Bench.Machine;

/// <summary>The resources that a process has used so far, as counted by the kernel.</summary>
/// <param name="CpuSeconds">User and system time of the process and of its ended children, in seconds.</param>
/// <param name="PeakMemoryBytes">The highest resident set so far, in bytes.</param>
readonly record struct ProcessUsage(double CpuSeconds, long PeakMemoryBytes)
{
    // USER_HZ, fixed at 100 on every Linux that .NET runs on (man 5 proc).
    const double TicksPerSecond = 100;

    /// <summary>Reads /proc; null if the process has ended.</summary>
    public static ProcessUsage? Read(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            // The command, in parentheses, may contain spaces, so fields are counted from behind it. utime, stime, cutime and cstime are
            // fields 14 to 17.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = fields[11..15].Sum(field => double.Parse(field, CultureInfo.InvariantCulture));
            var peak = File.ReadLines($"/proc/{processId}/status")
                .First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2];
            return new ProcessUsage(ticks / TicksPerSecond, long.Parse(peak.Split('\t')[^1], CultureInfo.InvariantCulture) * 1024);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            // A process that is ending still has a stat file but no memory.
            return null;
        }
    }
}
