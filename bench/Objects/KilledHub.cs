using System.Diagnostics;
using System.Globalization;
using DataTransferHub.Bench.Machine;
using DataTransferHub.Bench.Store;
using DataTransferHub.Cli.Hub;
using DataTransferHub.Cli.Processes;

namespace DataTransferHub.Bench.Objects;

/// <summary>The hub, killed once (SIGKILL) when the destination has received half of the bytes, and started again.</summary>
/// <param name="name">Its name in the table.</param>
/// <param name="bytes">The bytes that are copied.</param>
/// <param name="options">Its configuration as environment variables.</param>
sealed class KilledHub(string name, long bytes, IReadOnlyDictionary<string, string>? options = null) : IContestant
{
    const int LooksForQuery = 50;
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    public string Name => name;

    public async Task<Measurement> CopyAsync(StoreProcess source, StoreProcess destination, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        await using var hub = await Hub.StartAsync(folder, source, destination, options, cancellationToken);
        var idle = ProcessUsage.Read(hub.ProcessId)!.Value;
        var watch = Stopwatch.StartNew();
        var id = await hub.Api.CreateTaskAsync(Hub.ParametersOf(source.Url, destination.Url), cancellationToken: cancellationToken);
        await UntilReceivedAsync(hub, id, destination, bytes / 2, cancellationToken);
        var killed = ProcessUsage.Read(hub.ProcessId)!.Value;
        await hub.KillAsync();

        // After the kill: what was on its way has arrived or is lost.
        var clock = Stopwatch.StartNew();
        var received = (await destination.ReadCountsAsync(cancellationToken)).ReceivedBytes;
        await hub.StartAgainAsync(cancellationToken);
        var ready = clock.Elapsed;
        await UntilReceivedAsync(hub, id, destination, received + 1, cancellationToken);
        var copying = clock.Elapsed;

        var task = await hub.Api.WaitUntilOverAsync(id, TimeSpan.FromMinutes(10), cancellationToken);
        var wall = watch.Elapsed;
        Hub.RequireDone(task, hub);
        var usage = ProcessUsage.Read(hub.ProcessId)!.Value;
        return new Measurement(
            wall,
            killed.CpuSeconds - idle.CpuSeconds + usage.CpuSeconds,
            Math.Max(killed.PeakMemoryBytes, usage.PeakMemoryBytes),
            string.Create(
                CultureInfo.InvariantCulture,
                $"killed at {received / 1e6:0.0} MB, ready after {ready.TotalSeconds:0.0} s, copying after {copying.TotalSeconds:0.0} s"));
    }

    static async Task UntilReceivedAsync(
        HubProcess hub, string id, StoreProcess destination, long wanted, CancellationToken cancellationToken)
    {
        for (var looks = 1; (await destination.ReadCountsAsync(cancellationToken)).ReceivedBytes < wanted; looks++)
        {
            // Rarely, as each query costs CPU time.
            if (looks % LooksForQuery == 0 && await hub.Api.GetTaskAsync(id, cancellationToken) is { IsOver: true } task)
                throw new InvalidOperationException($"The task was over before the destination had received {wanted} bytes: {task}");
            await Task.Delay(Interval, cancellationToken);
        }
    }
}
