using DataTransferHub.Objects.Run;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.Faults;
using DataTransferHub.Servers.S3.Memory;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using Microsoft.DurableTask.Client;

namespace DataTransferHub.Objects.Tests;

/// <summary>A run waits for a store that is away or rejects its keys, and goes on by itself; no object fails meanwhile.</summary>
public sealed class OutageTests(SharedMemoryS3 shared)
{
    const int MiB = 1 << 20;
    const int SmallObjects = 300;
    const int LargeObjects = 2;
    const int Objects = SmallObjects + LargeObjects;

    // An hour of the engine's timers in six seconds.
    readonly FastTime _time = new(600);

    public static readonly TheoryData<string, bool> Outages =
        [.. new[] { "drop", "500", "503" }.SelectMany(kind => new TheoryDataRow<string, bool>[] { new(kind, true), new(kind, false) })];

    [Theory]
    [MemberData(nameof(Outages))]
    public async Task A_run_waits_for_a_store_that_is_away_and_no_object_fails(string kind, bool isSource)
    {
        var server = await shared.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        await FillAsync(bench);
        // However slow the machine is, it does not end before the run has noticed it.
        var outage = new Interval(_time, TimeSpan.FromMinutes(5), () => !bench.Ledger.Waits.IsEmpty);
        var requests = 0;
        server.QuirksOf(isSource ? bench.SourceBucket : bench.DestinationBucket).Script = call =>
        {
            if (call.Kind is RequestKind.GetObject or RequestKind.PutObject or RequestKind.UploadPart
                && Interlocked.Increment(ref requests) == Objects / 3)
                outage.Begin();
            return !outage.IsNow ? null : kind switch
            {
                "drop" => new Fault.Drop(),
                "500" => new Fault.Answer(500, "InternalError"),
                _ => new Fault.Answer(503, "SlowDown"),
            };
        };

        Assert.Equal(new RunSummary(Objects, Objects, 0, 0, Bytes), await RunAsync(bench));

        Assert.True(outage.IsOver);
        await bench.AssertSidesAreEqualAsync();
        var side = isSource ? "The source" : "The destination";
        Assert.All(bench.Ledger.Waits.OfType<RunWait>(), wait => Assert.StartsWith(side, wait.Reason, StringComparison.Ordinal));
        Assert.NotNull(bench.Ledger.Waits.First());
        Assert.Null(bench.Ledger.Waits.Last());
    }

    [Fact]
    public async Task A_run_whose_keys_expire_goes_on_with_those_that_replace_them()
    {
        var server = await shared.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        await FillAsync(bench);
        var expired = false;
        var requests = 0;
        server.QuirksOf(bench.DestinationBucket).Script = call =>
        {
            if (call.Kind is RequestKind.PutObject && Interlocked.Increment(ref requests) == Objects / 3)
                Volatile.Write(ref expired, true);
            return Volatile.Read(ref expired) ? new Fault.Answer(403, "ExpiredToken") : null;
        };
        var ended = RunAsync(bench);
        while (bench.Ledger.Waits.IsEmpty)
            await Task.Delay(10, Bench.Ct);

        // Until the new keys are there, the secret is missing.
        await bench.Vault.DeleteAsync("keys", Bench.Ct);
        var waits = bench.Ledger.Waits.Count;
        while (bench.Ledger.Waits.Count < waits + 2)
            await Task.Delay(10, Bench.Ct);
        Volatile.Write(ref expired, false);
        bench.Vault["keys"] = server.SecretJson;

        Assert.Equal(new RunSummary(Objects, Objects, 0, 0, Bytes), await ended);
        await bench.AssertSidesAreEqualAsync();
    }

    [Fact]
    public async Task An_outage_that_lasts_too_long_ends_the_run_with_its_reason()
    {
        var server = await shared.GetAsync();
        using var bench = await Bench.CreateAsync(server, options => options.OutageLimit = TimeSpan.FromHours(1));
        await FillAsync(bench);
        bench.Parameters["destCredentials"] = "missing";

        var end = await EndAsync(bench);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("there is no secret named 'missing'", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("Objects:OutageLimit", end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
        Assert.Empty(bench.Errors);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(13 * MiB)]
    public async Task An_object_that_fails_alone_fails_although_nothing_else_shows_that_its_store_works(int size)
    {
        var server = await shared.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        await bench.PutAsync("bad", Content.Random(size, 1));
        server.QuirksOf(bench.DestinationBucket).Script =
            call => call.Kind is RequestKind.PutObject or RequestKind.UploadPart ? new Fault.Answer(500, "InternalError") : null;

        Assert.Equal(new RunSummary(1, 0, 1, 0, 0), await RunAsync(bench));

        Assert.Contains("InternalError", Assert.Single(bench.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_that_fails_alone_does_not_make_the_others_wait()
    {
        var server = await shared.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        await FillAsync(bench);
        server.QuirksOf(bench.DestinationBucket).Script =
            call => call.Key == "small-100" ? new Fault.Answer(500, "InternalError") : null;

        Assert.Equal(new RunSummary(Objects, Objects - 1, 1, 0, Bytes - 1000), await RunAsync(bench));
    }

    static long Bytes => SmallObjects * 1000 + LargeObjects * 13L * MiB;

    static async Task FillAsync(Bench bench)
    {
        for (var i = 0; i < SmallObjects; i++)
            await bench.PutAsync($"small-{i:000}", Content.Random(1000, i));
        for (var i = 0; i < LargeObjects; i++)
            await bench.PutAsync($"large-{i}", Content.Random(13 * MiB, i));
    }

    async Task<RunSummary> RunAsync(Bench bench)
    {
        var end = await EndAsync(bench);
        Assert.True(end.RuntimeStatus == OrchestrationRuntimeStatus.Completed, $"{end.FailureDetails}");
        return end.ReadOutputAs<RunSummary>()!;
    }

    async Task<OrchestrationMetadata> EndAsync(Bench bench)
    {
        await using var run = new ScriptedRun(_time);
        bench.Play(run);
        return await run.EndOfAsync(await run.StartAsync(nameof(TransferObjects), bench.Run));
    }

    // A span of the accelerated time, or longer.
    sealed class Interval(TimeProvider time, TimeSpan length, Func<bool> mayEnd)
    {
        long _end = long.MaxValue;

        public bool IsNow => Volatile.Read(ref _end) is < long.MaxValue and var end && (time.GetUtcNow().Ticks < end || !mayEnd());

        public bool IsOver => Volatile.Read(ref _end) is < long.MaxValue and var end && time.GetUtcNow().Ticks >= end;

        public void Begin() => Volatile.Write(ref _end, (time.GetUtcNow() + length).Ticks);
    }
}
