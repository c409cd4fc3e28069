using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using DataTransferHub.Cli.Hub;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Servers.S3;
using DataTransferHub.Servers.S3.Memory;
using Xunit;

namespace DataTransferHub.EndToEnd.Tests;

/// <summary>
/// A data folder of an earlier version that was killed is taken over: every task is there, secrets work, and runs that were under way
/// continue. The folders are recorded (DataFolders/README.md); their tasks name a server on a port of its own.
/// </summary>
public sealed class TakeOverTests
{
    // In the task parameters of the recorded folder. Outside the range from which systems take ports for clients.
    const int Port = 19071;

    const string Source = "takeover-source";
    const string Destination = "takeover-destination";

    static readonly string[] Shapes = ["plain", "with space a", "a+b+", "数据.文件", "100%25", "x//y"];

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_data_folder_of_version_0_1_0_is_taken_over_with_history_tasks_and_secrets()
    {
        var recorded = JsonSerializer.Deserialize<Recorded>(await File.ReadAllTextAsync(PathOf("0.1.0.json"), Ct),
            JsonSerializerOptions.Web)!;
        await using var server = await MemoryS3Server.StartAsync(port: Port, cancellationToken: Ct);
        await FillAsync(server, recorded.Arrived);
        using var folder = new TemporaryFolder();
        await ExtractAsync(PathOf("0.1.0.tar.gz"), folder.Path);

        await using var hub = await HubProcess.StartAsync(folder.Path, new Dictionary<string, string>
        {
            ["Objects__MultipartThreshold"] = "8388608",
            ["Objects__OnePieceTime"] = "00:00:00.001",
            ["Objects__PartSize"] = "5242880",
        }, Ct);
        var api = hub.Api;
        Task<HubTask> OverAsync(string task) => api.WaitUntilOverAsync(recorded.Tasks[task], TransferScene.Patience, Ct);

        // Tasks that had ended are unchanged.
        var all = await api.RunAsync("{ listTasksV2 { total items { id description } } }", null, Ct);

        // Without the stopped one, as the prior API has it.
        Assert.Equal(recorded.Tasks.Count - 1, all.GetProperty("listTasksV2").GetProperty("total").GetInt32());
        Assert.Contains(
            all.GetProperty("listTasksV2").GetProperty("items").EnumerateArray(),
            task => task.GetProperty("description").GetString() == "数据 – “quoted”, 100 % & <b>");
        var done = await api.GetTaskAsync(recorded.Tasks["done"], Ct);
        Assert.Equal(("DONE", 12L, 12L, 3642L), (done.Progress, done.Run!.ItemsFound, done.Run.ItemsCopied, done.Run.BytesCopied));
        Assert.Equal("STOPPED", (await api.GetTaskAsync(recorded.Tasks["stopped"], Ct)).Progress);
        var failing = await api.GetTaskAsync(recorded.Tasks["failing"], Ct);
        Assert.Equal(("ERROR", 10L, 2L), (failing.Progress, failing.Run!.ItemsCopied, failing.Run.ItemsFailed));
        Assert.Contains("2 of 12 objects failed", failing.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(
            ["failing/a+b+-02", "failing/a+b+-08"], (await api.ListFailedAsync(recorded.Tasks["failing"], Ct)).Select(item => item.Key));

        // Runs that were under way continue, with the keys in the folder.
        var once = await OverAsync("once");
        Assert.Equal(("DONE", null, 13L, 13L, 0L),
            (once.Progress, once.ErrorMessage, once.Run!.ItemsFound, once.Run.ItemsCopied + once.Run.ItemsUnchanged,
            once.Run.ItemsFailed));
        Assert.EndsWith("-r1", once.Run.Id, StringComparison.Ordinal);
        await UntilArrivedAsync(server, "scheduled/");

        // Failed items are retried from the records.
        await api.RetryFailedItemsAsync(recorded.Tasks["failing"], Ct);
        Assert.Equal("DONE", (await OverAsync("failing")).Progress);

        // Waiting and running orchestrations accept orders.
        foreach (var task in (string[])["waiting", "scheduled"])
        {
            Assert.False((await api.GetTaskAsync(recorded.Tasks[task], Ct)).IsOver);
            await api.StopTaskAsync(recorded.Tasks[task], Ct);
            var stopped = await OverAsync(task);
            Assert.Equal(("STOPPED", null), (stopped.Progress, stopped.ErrorMessage));
        }

        // New tasks use the old secrets.
        var fresh = await api.CreateTaskAsync(
            new Dictionary<string, string>
            {
                ["srcBucket"] = Source,
                ["srcPrefix"] = "done/",
                ["srcEndpoint"] = server.Url.ToString(),
                ["srcCredentials"] = "takeover-keys",
                ["destBucket"] = Destination,
                ["destPrefix"] = "again",
                ["destEndpoint"] = server.Url.ToString(),
                ["destCredentials"] = "takeover-keys",
            },
            cancellationToken: Ct);
        Assert.Equal("DONE", (await api.WaitUntilOverAsync(fresh, TransferScene.Patience, Ct)).Progress);

        var arrived = await server.HashAllAsync(Destination, cancellationToken: Ct);
        foreach (var (key, hash) in await server.HashAllAsync(Source, cancellationToken: Ct))
            Assert.Equal(hash, arrived[key]);
        Assert.Empty(await server.ListUploadsAsync(Destination));
    }

    static async Task FillAsync(MemoryS3Server server, IReadOnlyList<string> arrived)
    {
        foreach (var bucket in (string[])[Source, Destination])
            await server.Client.PutBucketAsync(bucket, Ct);
        foreach (var prefix in (string[])["done", "failing", "stopped", "waiting", "scheduled", "once"])
        {
            for (var i = 0; i < 12; i++)
                await PutAsync($"{prefix}/{Shapes[i % Shapes.Length]}-{i:D2}", 100 + (i * 37));
        }

        await PutAsync("scheduled/large", 11_000_000);
        await PutAsync("once/large", 12_000_000);

        async Task PutAsync(string key, int size)
        {
            await server.PutAsync(Source, key, Content(key, size));
            if (arrived.Contains(key))
                await server.PutAsync(Destination, key, Content(key, size));
        }
    }

    // As it was when the folder was recorded: the same objects, to the last byte.
    static byte[] Content(string key, int size)
    {
        var seed = 0;
        foreach (var b in Encoding.UTF8.GetBytes(key))
            seed = unchecked((seed * 31) + b);
        var content = new byte[size];
        new Random(seed).NextBytes(content);
        return content;
    }

    static async Task UntilArrivedAsync(MemoryS3Server server, string prefix)
    {
        var expected = await server.HashAllAsync(Source, prefix, cancellationToken: Ct);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(TransferScene.Patience);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!(await server.HashAllAsync(Destination, prefix, cancellationToken: Ct)).SequenceEqual(expected))
            await pause.WaitForNextTickAsync(limit.Token);
    }

    static async Task ExtractAsync(string archive, string folder)
    {
        await using var compressed = File.OpenRead(archive);
        await using var tar = new GZipStream(compressed, CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(tar, folder, overwriteFiles: false, Ct);
    }

    static string PathOf(string file) => Path.Combine(Repository.Root, "tests", "EndToEnd.Tests", "DataFolders", file);

    sealed record Recorded(IReadOnlyDictionary<string, string> Tasks, IReadOnlyList<string> Arrived);
}
