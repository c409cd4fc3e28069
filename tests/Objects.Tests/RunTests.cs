using Amazon.S3.Model;
using DataTransferHub.Cli.Hub;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.Processes;
using DataTransferHub.Servers.S3;

namespace DataTransferHub.Objects.Tests;

/// <summary>A whole run by the orchestrations, on the engine, in a hub of its own.</summary>
public sealed class RunTests(SharedMoto moto)
{
    const int SmallObjects = 1200;
    const int MiB = 1 << 20;

    [Fact]
    public async Task A_run_copies_everything_counts_it_exactly_and_the_next_one_finds_nothing_to_do()
    {
        using var bench = await Bench.CreateAsync(moto);
        var small = Enumerable.Range(0, SmallObjects).Select(i => ($"small/{i % 7}/文件 {i}+.txt", Content.Random(i % 5000, i)));
        var large = new[] { ("large/a", 6 * MiB), ("large/b", 13 * MiB), ("large/c", 21 * MiB + 5) }.Select(
            one => (one.Item1, Content.Random(one.Item2, one.Item2)));
        var objects = small.Concat(large).ToDictionary();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Bench.Ct };
        await Parallel.ForEachAsync(objects, parallel, async (entry, _) => await bench.PutAsync(entry.Key, entry.Value));
        using var folder = new TemporaryFolder();
        await using var hub = await HubProcess.StartAsync(
            folder.Path, new Dictionary<string, string>
            {
                ["Objects__MultipartThreshold"] =
                $"{6 * MiB}",
                ["Objects__PartSize"] = $"{5 * MiB}"
            }, Bench.Ct);
        await hub.Api.CreateSecretAsync("keys", bench.Server.SecretJson, Bench.Ct);

        var first = await hub.Api.WaitUntilOverAsync(await CreateTaskAsync(hub, bench), TimeSpan.FromMinutes(3), Bench.Ct);

        Assert.Equal(("DONE", null), (first.Progress, first.ErrorMessage));
        Assert.Equal(
            (objects.Count, objects.Count, 0, 0),
            (first.Run!.ItemsFound, first.Run.ItemsCopied, first.Run.ItemsFailed, first.Run.ItemsSkipped));
        Assert.Equal(objects.Values.Sum(content => (long)content.Length), first.Run.BytesCopied);
        Assert.Equal(await bench.Server.HashAllAsync(bench.SourceBucket), await bench.Server.HashAllAsync(bench.DestinationBucket));
        var uploads = await bench.Server.Client.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = bench.DestinationBucket }, Bench.Ct);
        Assert.Empty(uploads.MultipartUploads ?? []);

        var second = await hub.Api.WaitUntilOverAsync(await CreateTaskAsync(hub, bench), TimeSpan.FromMinutes(3), Bench.Ct);

        Assert.Equal((objects.Count, 0, objects.Count), (second.Run!.ItemsFound, second.Run.ItemsCopied, second.Run.ItemsSkipped));
    }

    static async Task<string> CreateTaskAsync(HubProcess hub, Bench bench)
    {
        var parameters = bench.Parameters.Select(
            pair => new Dictionary<string, string> { ["ParameterKey"] = pair.Key, ["ParameterValue"] = pair.Value });
        var data = await hub.Api.RunAsync(
            "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }",
            new { input = new { type = "S3EC2", scheduleType = "ONE_TIME", parameters } }, Bench.Ct);
        return data.GetProperty("createTask").GetProperty("id").GetString()!;
    }
}
