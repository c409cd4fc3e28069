using System.Globalization;
using System.Runtime.InteropServices;

namespace DataTransferHub.Bench.Machine;

/// <summary>Describes the machine and its load, without which figures cannot be interpreted.</summary>
static class MachineDescription
{
    /// <summary>One line: processor, cores, memory, kernel, runtime, load average.</summary>
    public static string Read()
    {
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(
            line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[^1] ?? "unknown processor";
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{processor}, {Environment.ProcessorCount} cores, {memory:0} GiB; {RuntimeInformation.OSDescription}; "
            + $"{RuntimeInformation.FrameworkDescription}; load average {LoadAverage()}");
    }

    /// <summary>The load average of the last minute.</summary>
    public static string LoadAverage() => File.ReadAllText("/proc/loadavg").Split(' ')[0];
}
