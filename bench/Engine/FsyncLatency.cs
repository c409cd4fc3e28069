using System.Diagnostics;
using System.Globalization;

namespace DataTransferHub.Bench.Engine;

/// <summary>The latency of an fsync of 4 KiB: the lower bound of every durable step.</summary>
static class FsyncLatency
{
    const int Samples = 200;

    public static string Measure(string folder)
    {
        var path = Path.Combine(folder, "fsync");
        var block = new byte[4096];
        var samples = new List<double>();
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            for (var i = 0; i < Samples; i++)
            {
                var watch = Stopwatch.StartNew();
                RandomAccess.Write(file, block, (long)i * block.Length);
                RandomAccess.FlushToDisk(file);
                samples.Add(watch.Elapsed.TotalMilliseconds);
            }
        }
        File.Delete(path);
        samples.Sort();
        return string.Create(
            CultureInfo.InvariantCulture, $"fsync of 4 KiB: p50 {samples[Samples / 2]:0.00} ms, p99 {samples[Samples * 99 / 100]:0.00} ms");
    }
}
