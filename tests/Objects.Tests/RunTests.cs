using Amazon.S3.Model;
using DataTransferHub.Cli.Hub;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Objects.Tests.Fakes;
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
        var large = new[] { ("large/a", 6 * MiB), ("large/b", 13 * MiB), ("large/c", 21 * MiB + 5) }
            .Select(one => (one.Item1, Content.Random(one.Item2, one.Item2)));
        var objects = small.Concat(large).ToDictionary();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Bench.Ct };
        await Parallel.ForEachAsync(objects, parallel, async (entry, _) => await bench.PutAsync(entry.Key, entry.Value));
        using var folder = new TemporaryFolder();
        var options = new Dictionary<string, string>
        {
            ["Objects__MultipartThreshold"] = $"{6 * MiB}",
            ["Objects__OnePieceTime"] = "00:00:00.001",
            ["Objects__PartSize"] = $"{5 * MiB}",
        };
        await using var hub = await HubProcess.StartAsync(folder.Path, options, Bench.Ct);
        await hub.Api.CreateSecretAsync("keys", bench.Server.SecretJson, Bench.Ct);

        var first = await hub.Api.WaitUntilOverAsync(await CreateTaskAsync(hub, bench), TimeSpan.FromMinutes(3), Bench.Ct);

        Assert.Equal(("DONE", null), (first.Progress, first.ErrorMessage));
        Assert.Equal(
            (objects.Count, objects.Count, 0, 0),
            (first.Run!.ItemsFound, first.Run.ItemsCopied, first.Run.ItemsFailed, first.Run.ItemsUnchanged));
        Assert.Equal(objects.Values.Sum(content => (long)content.Length), first.Run.BytesCopied);
        await bench.AssertSidesAreEqualAsync();
        var uploads = await bench.Server.Client.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = bench.DestinationBucket }, Bench.Ct);
        Assert.Empty(uploads.MultipartUploads ?? []);

        var second = await hub.Api.WaitUntilOverAsync(await CreateTaskAsync(hub, bench), TimeSpan.FromMinutes(3), Bench.Ct);

        Assert.Equal((objects.Count, 0, objects.Count), (second.Run!.ItemsFound, second.Run.ItemsCopied, second.Run.ItemsUnchanged));
    }

    [Fact]
    public async Task A_folder_is_copied_to_a_bucket_and_from_there_to_a_folder_as_far_as_the_operator_allows()
    {
        using var bench = await Bench.CreateAsync(moto);
        using var folder = new TemporaryFolder();
        var contents = new Dictionary<string, byte[]> { ["a/文件.txt"] = Content.Random(5000, 1), ["large"] = Content.Random(13 * MiB, 2) };
        foreach (var (key, content) in contents)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[$"in/{key}"])!);
            await File.WriteAllBytesAsync(folder[$"in/{key}"], content, Bench.Ct);
        }

        Directory.CreateDirectory(folder["out"]);
        var options = new Dictionary<string, string>
        {
            ["LocalFolders__Roots"] = $"{folder["in"]}:{folder["out"]}",
            ["Objects__MultipartThreshold"] = $"{6 * MiB}",
            ["Objects__OnePieceTime"] = "00:00:00.001",
            ["Objects__PartSize"] = $"{5 * MiB}",
        };
        await using var hub = await HubProcess.StartAsync(folder["data"], options, Bench.Ct);
        await hub.Api.CreateSecretAsync("keys", bench.Server.SecretJson, Bench.Ct);

        await RunAsync(("srcEndpoint", $"file://{folder["in"]}"), ("destBucket", bench.DestinationBucket),
            ("destEndpoint", bench.Server.Url.ToString()), ("destCredentials", "keys"), ("destAcl", "none"));
        await RunAsync(("srcBucket", bench.DestinationBucket), ("srcEndpoint", bench.Server.Url.ToString()), ("srcCredentials", "keys"),
            ("destEndpoint", $"file://{folder["out"]}"));

        foreach (var (key, content) in contents)
            Assert.Equal(content, await File.ReadAllBytesAsync(folder[$"out/{key}"], Bench.Ct));

        async Task RunAsync(params (string Name, string Value)[] parameters)
        {
            var id = await hub.Api.CreateTaskAsync(parameters.ToDictionary(), cancellationToken: Bench.Ct);
            var task = await hub.Api.WaitUntilOverAsync(id, TimeSpan.FromMinutes(3), Bench.Ct);
            Assert.Equal(("DONE", contents.Count), (task.Progress, (int)task.Run!.ItemsCopied));
        }
    }

    static async Task<string> CreateTaskAsync(HubProcess hub, Bench bench)
    {
        var parameters = bench.Parameters
            .Select(pair => new Dictionary<string, string> { ["ParameterKey"] = pair.Key, ["ParameterValue"] = pair.Value });
        var data = await hub.Api.RunAsync(
            "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }",
            new { input = new { type = "S3EC2", scheduleType = "ONE_TIME", parameters } }, Bench.Ct);
        return data.GetProperty("createTask").GetProperty("id").GetString()!;
    }
}
