using System.Diagnostics;
using System.Globalization;
using DataTransferHub.Bench.Machine;
using DataTransferHub.Bench.Store;
using DataTransferHub.Cli.Hub;
using DataTransferHub.Cli.Processes;

namespace DataTransferHub.Bench.Objects;

/// <summary>The hub: one task, created through the GraphQL API of a hub with durable storage on disk, until it is <c>DONE</c>.</summary>
/// <param name="name">Its name in the table.</param>
/// <param name="options">Its configuration as environment variables.</param>
/// <param name="parameters">Additional parameters of the task.</param>
/// <param name="isCold">Whether the hub was just started. Otherwise it has copied other objects before, as a hub runs for months.</param>
sealed class Hub(
    string name = "Data Transfer Hub", IReadOnlyDictionary<string, string>? options = null,
    IReadOnlyDictionary<string, string>? parameters = null, bool isCold = false) : IContestant
{
    // Enough for the runtime to compile all methods involved with optimization.
    static readonly Fill Rehearsal = new(5000, 4096);

    static readonly TimeSpan FirstObjectDue = TimeSpan.FromSeconds(3);

    public string Name => name;

    /// <summary>The hub with a fixed number of concurrent transfers.</summary>
    public static Hub WithTransfers(int transfers) => new(
        $"Data Transfer Hub, {transfers} transfers",
        new Dictionary<string, string>
        {
            ["Objects__MaximumConcurrentTransfers"] = Text(transfers),
            ["Objects__ConcurrentTransfersPerUnit"] = Text(transfers),
            ["Objects__MaximumConnectionsPerHost"] = Text(transfers),
        },
        // Enough units that one which ends does not leave transfers unused.
        new Dictionary<string, string> { ["workerNumber"] = "8" });

    /// <summary>The hub whose first task it is.</summary>
    public static Hub Cold => new("Data Transfer Hub, just started", isCold: true);

    /// <summary>The hub with large objects in parts, however fast one piece would be.</summary>
    public static Hub InParts => new("Data Transfer Hub, in parts", PartsOnly);

    /// <summary>The configuration with which large objects are always sent in parts.</summary>
    public static IReadOnlyDictionary<string, string> PartsOnly { get; } = new Dictionary<string, string>
    {
        ["Objects__OnePieceTime"] = "00:00:00.001",
    };

    /// <summary>Starts a hub that knows the keys of both stores.</summary>
    public static async Task<HubProcess> StartAsync(
        TemporaryFolder folder, StoreProcess source, StoreProcess destination, IReadOnlyDictionary<string, string>? options,
        CancellationToken cancellationToken)
    {
        var hub = await HubProcess.StartAsync(folder.Path, options, cancellationToken);
        await hub.Api.CreateSecretAsync("source", source.SecretJson, cancellationToken);
        await hub.Api.CreateSecretAsync("destination", destination.SecretJson, cancellationToken);
        return hub;
    }

    /// <summary>The parameters of a task that copies the bucket of one store to that of another.</summary>
    public static Dictionary<string, string> ParametersOf(Uri source, Uri destination) => new()
    {
        ["srcEndpoint"] = source.ToString(),
        ["srcBucket"] = StoreProcess.Bucket,
        ["srcRegion"] = "us-east-1",
        ["srcCredentials"] = "source",
        ["destEndpoint"] = destination.ToString(),
        ["destBucket"] = StoreProcess.Bucket,
        ["destRegion"] = "us-east-1",
        ["destInCurrentAccount"] = "false",
        ["destCredentials"] = "destination",
        ["destStorageClass"] = "STANDARD",
        ["destAcl"] = "none",
    };

    /// <summary>Fails unless the task has succeeded.</summary>
    /// <exception cref="InvalidOperationException">It has not.</exception>
    public static void RequireDone(HubTask task, HubProcess hub)
    {
        if (task.Progress != "DONE")
            throw new InvalidOperationException($"The task ended with {task}:\n{hub.LogTail()}");
    }

    public async Task<Measurement> CopyAsync(StoreProcess source, StoreProcess destination, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        await using var hub = await StartAsync(folder, source, destination, options, cancellationToken);
        if (!isCold)
            await RehearseAsync(hub, cancellationToken);
        var all = ParametersOf(source.Url, destination.Url);
        foreach (var (key, value) in parameters ?? new Dictionary<string, string>())
            all[key] = value;

        var idle = ProcessUsage.Read(hub.ProcessId)!.Value;
        var watch = Stopwatch.StartNew();
        var id = await hub.Api.CreateTaskAsync(all, cancellationToken: cancellationToken);
        HubTask task;
        TimeSpan? first = null;
        do
        {
            // Frequently until the first object has been copied, as its time is measured; then rarely, as each query costs CPU time.
            await Task.Delay(first is null && watch.Elapsed < FirstObjectDue ? 20 : 100, cancellationToken);
            task = await hub.Api.GetTaskAsync(id, cancellationToken);
            if (first is null && task.Run?.ItemsCopied > 0)
                first = watch.Elapsed;
        }
        while (!task.IsOver);

        var wall = watch.Elapsed;
        RequireDone(task, hub);
        var usage = ProcessUsage.Read(hub.ProcessId)!.Value;
        var note = first is { } time ? string.Create(CultureInfo.InvariantCulture, $"first object after {time.TotalSeconds:0.00} s") : "";
        return new Measurement(wall, usage.CpuSeconds - idle.CpuSeconds, usage.PeakMemoryBytes, note);
    }

    static async Task RehearseAsync(HubProcess hub, CancellationToken cancellationToken)
    {
        await using var source = await StoreProcess.StartAsync(new StoreOptions { Fills = [Rehearsal] }, cancellationToken);
        await using var destination = await StoreProcess.StartAsync(new StoreOptions { DropsBodies = true }, cancellationToken);
        var id = await hub.Api.CreateTaskAsync(ParametersOf(source.Url, destination.Url), cancellationToken: cancellationToken);
        HubTask task;
        do
        {
            await Task.Delay(100, cancellationToken);
            task = await hub.Api.GetTaskAsync(id, cancellationToken);
        }
        while (!task.IsOver);

        RequireDone(task, hub);
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
