using System.Diagnostics;
using System.Text.Json;
using DataTransferHub.Bench.Machine;
using DataTransferHub.Cli.Hub;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Cli.S3;

namespace DataTransferHub.Bench.Objects;

/// <summary>The hub: one task, created through the GraphQL API of a hub with durable storage on disk, until it is <c>DONE</c>.</summary>
sealed class Hub : IContestant
{
    static readonly TimeSpan FirstObjectDue = TimeSpan.FromSeconds(3);

    public string Name => "Data Transfer Hub";

    /// <summary>Seconds from <c>createTask</c> to the first verified object, of the last copy.</summary>
    public double FirstObjectSeconds { get; private set; }

    public async Task<Measurement> CopyAsync(
        S3Server source, string sourceBucket, S3Server destination, string destinationBucket, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        await using var hub = await HubProcess.StartAsync(folder.Path, cancellationToken: cancellationToken);
        foreach (var (name, server) in new[] { ("source", source), ("destination", destination) })
        {
            await hub.Api.RunAsync(
                "mutation($i: SecretInput!) { createSecret(input: $i) { name } }",
                new { i = new { name, value = server.SecretJson } },
                cancellationToken);
        }

        var idle = ProcessUsage.Read(hub.ProcessId)!.Value;
        var watch = Stopwatch.StartNew();
        var id = (await hub.Api.RunAsync(
            "mutation($i: CreateTaskInput!) { createTask(input: $i) { id } }",
            new
            {
                i = new
                {
                    type = "S3EC2",
                    scheduleType = "ONE_TIME",
                    parameters = Parameters(source, sourceBucket, destination, destinationBucket),
                }
            },
            cancellationToken)).GetProperty("createTask").GetProperty("id").GetString();

        JsonElement task;
        TimeSpan? first = null;
        do
        {
            // Frequently until the first object has been copied, as its time is measured; then rarely, as each query costs CPU time.
            await Task.Delay(first is null && watch.Elapsed < FirstObjectDue ? 20 : 100, cancellationToken);
            task = (await hub.Api.RunAsync(
                "query($id: ID!) { getTask(id: $id) { progress errorMessage run { itemsCopied } } }", new { id }, cancellationToken))
                    .GetProperty("getTask");
            if (first is null && task.GetProperty("run") is { ValueKind: JsonValueKind.Object } run
                && run.GetProperty("itemsCopied").GetInt64() > 0)
                first = watch.Elapsed;
        }
        while (task.GetProperty("progress").GetString() is "STARTING" or "IN_PROGRESS");

        var wall = watch.Elapsed;
        if (task.GetProperty("progress").GetString() is not "DONE")
            throw new InvalidOperationException($"The task ended with {task}:\n{hub.LogTail()}");
        FirstObjectSeconds = (first ?? wall).TotalSeconds;
        var usage = ProcessUsage.Read(hub.ProcessId)!.Value;
        return new Measurement(wall, usage.CpuSeconds - idle.CpuSeconds, usage.PeakMemoryBytes);
    }

    static object[] Parameters(S3Server source, string sourceBucket, S3Server destination, string destinationBucket) =>
    [
        Parameter("srcEndpoint", source.Url.ToString()),
        Parameter("srcBucket", sourceBucket),
        Parameter("srcRegion", source.Region),
        Parameter("srcCredentials", "source"),
        Parameter("destEndpoint", destination.Url.ToString()),
        Parameter("destBucket", destinationBucket),
        Parameter("destRegion", destination.Region),
        Parameter("destInCurrentAccount", "false"),
        Parameter("destCredentials", "destination"),
        Parameter("destStorageClass", "STANDARD"),
        Parameter("destAcl", "none"),
    ];

    static object Parameter(string name, string value) => new { ParameterKey = name, ParameterValue = value };
}
