using DataTransferHub.Cli.Hub;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.S3;
using DataTransferHub.Servers.S3.Memory;
using DataTransferHub.Tasks.DryRuns;
using DataTransferHub.Tasks.Runs;
using Microsoft.Extensions.Time.Testing;

namespace DataTransferHub.Objects.Tests;

/// <summary>A search for what would be copied.</summary>
public sealed class DryRunTests(SharedMemoryS3 memory, SharedMoto moto)
{
    [Fact]
    public async Task Every_reason_is_named_and_nothing_is_copied_or_forgotten()
    {
        var server = await memory.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        foreach (var key in (string[])["checksum", "same", "size", "unproven"])
            await bench.PutAsync(key, [1, 2]);
        await bench.TransferAsync();
        await bench.PutAsync("checksum", [2, 1]);
        await bench.PutAsync("missing", [1, 2, 3]);
        await bench.PutAsync("size", [1]);
        await bench.Unproven.AddAsync((await bench.OpenAsync()).Settings.Destination.Name, "unproven", Bench.Ct);
        await bench.Versions.WriteAsync("", "", [new CopiedVersion("gone", "1", "1")], Bench.Ct);
        var before = await server.HashAllAsync(bench.DestinationBucket, cancellationToken: Bench.Ct);

        var found = await bench.FindDryAsync();

        Assert.Equal((new DryRunCounts(5, 4, 8), true, null), (found.Counts, found.IsLast, found.Error));
        Assert.Equal(
            [
                ("checksum", CopyReason.Checksum), ("missing", CopyReason.Missing), ("size", CopyReason.Size),
                ("unproven", CopyReason.Unproven),
            ],
            (await ListAsync(bench)).Select(item => (item.Key, item.Reason)));
        Assert.Equal(before, await server.HashAllAsync(bench.DestinationBucket, cancellationToken: Bench.Ct));
        Assert.Contains("gone", bench.Versions.Keys);

        bench.Parameters["srcSkipCompare"] = "true";
        await bench.FindDryAsync();
        Assert.All(await ListAsync(bench), item => Assert.Equal(CopyReason.NotCompared, item.Reason));
    }

    [Fact]
    public async Task A_version_other_than_the_one_that_was_copied_is_a_reason()
    {
        var server = await memory.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        server.QuirksOf(bench.DestinationBucket).HasOpaqueETags = true;
        await bench.PutAsync("version", Content.Random(1000, 1));
        await bench.TransferAsync();
        await bench.PutAsync("version", Content.Random(1000, 2));

        await bench.FindDryAsync();

        Assert.Equal(CopyReason.Version, Assert.Single(await ListAsync(bench)).Reason);
    }

    [Fact]
    public async Task Batches_go_on_where_the_last_one_ended_also_with_a_list_of_prefixes()
    {
        using var bench = await Bench.CreateAsync(memory);
        var clock = new FakeTimeProvider();
        bench.Time = clock;
        bench.Parameters["srcPrefixsListFile"] = "list";
        await bench.PutAsync("list", "c/\na/\nb/"u8.ToArray());
        foreach (var key in (string[])["a/1", "a/2", "b/1", "c/1"])
            await bench.PutAsync(key, [1]);
        bench.Wire.Answer = _ =>
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            return null;
        };

        var batch = 0;
        DryRunFound? found = null;
        do
        {
            found = await bench.FindDryAsync(batch++, found?.NextKey, found?.NextToken);
            Assert.Null(found.Error);
        }
        while (!found.IsLast && batch < 20);

        Assert.InRange(batch, 2, 10);
        Assert.Equal(["a/1", "a/2", "b/1", "c/1"], (await ListAsync(bench)).Select(item => item.Key));
    }

    [Fact]
    public async Task A_store_that_fails_ends_it_with_the_reason()
    {
        using var bench = await Bench.CreateAsync(memory);
        bench.Parameters["srcBucket"] = "there-is-no-such-bucket";

        Assert.Contains("srcBucket", (await bench.FindDryAsync()).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_paused_task_is_run_dry_in_a_hub()
    {
        using var bench = await Bench.CreateAsync(moto);
        await bench.PutAsync("a", [1, 2]);
        await bench.PutAsync("b", [3]);
        using var folder = new TemporaryFolder();
        await using var hub = await HubProcess.StartAsync(folder.Path, cancellationToken: Bench.Ct);
        await hub.Api.CreateSecretAsync("keys", bench.Server.SecretJson, Bench.Ct);
        var parameters = bench.Parameters
            .Select(pair => new Dictionary<string, string> { ["ParameterKey"] = pair.Key, ["ParameterValue"] = pair.Value });
        var created = await hub.Api.RunAsync(
            "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }",
            new { input = new { type = "S3EC2", scheduleType = "ONE_TIME", paused = true, parameters } }, Bench.Ct);
        var id = created.GetProperty("createTask").GetProperty("id").GetString();

        await hub.Api.RunAsync("mutation($id: ID!) { startDryRun(id: $id) { id } }", new { id }, Bench.Ct);

        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        string? state = null;
        for (var attempt = 0; state is not ("DONE" or "ERROR") && attempt < 600; attempt++)
        {
            await pause.WaitForNextTickAsync(Bench.Ct);
            var task = await hub.Api.RunAsync(
                "query($id: ID!) { getTask(id: $id) { run { id } dryRun { state found toCopy bytes error } } }", new { id }, Bench.Ct);
            state = task.GetProperty("getTask").GetProperty("dryRun").GetProperty("state").GetString();
        }

        Assert.Equal("DONE", state);
        var items = await hub.Api.RunAsync(
            "query($id: ID!) { dryRunItems(id: $id) { items { key size reason } } }", new { id }, Bench.Ct);
        Assert.Equal(
            """{"dryRunItems":{"items":[{"key":"a","size":2,"reason":"MISSING"},{"key":"b","size":1,"reason":"MISSING"}]}}""",
            items.ToString().Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings(""));
        Assert.Empty(await bench.ListCopiesAsync());
    }

    static async Task<IReadOnlyList<DryRunItem>> ListAsync(Bench bench) =>
        (await DryRunItems.ReadAsync(bench.WorkArea, "task-d1", 1000, null, Bench.Ct)).Items;
}
