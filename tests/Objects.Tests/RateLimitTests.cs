using DataTransferHub.Objects.Limits;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.S3.Memory;
using DataTransferHub.Tasks.Limits;
using Microsoft.Extensions.Time.Testing;

namespace DataTransferHub.Objects.Tests;

/// <summary>Limits of bandwidth and requests hold while objects are copied, and can be changed meanwhile.</summary>
public sealed class RateLimitTests(SharedMemoryS3 shared)
{
    const int KiB = 1 << 10;

    public static TheoryData<bool, bool> Scopes => new() { { true, false }, { false, true }, { false, false } };

    [Theory]
    [MemberData(nameof(Scopes))] // of the task, of the source, of the destination
    public async Task Bytes_take_as_long_as_the_limit_says(bool isOfTask, bool isOfSource)
    {
        using var bench = await CreateAsync();
        await PutAsync(bench, 20, 64 * KiB);
        await bench.FindAsync();
        await bench.Limits.SetAsync(ScopeOf(bench, isOfTask, isOfSource), new RateLimits(64 * KiB, null), Bench.Ct);

        var (result, elapsed) = await TimeAsync(bench, bench.CopyUnitAsync(Assert.Single(bench.Units)));

        Assert.Equal((20, 0), (result.Copied, result.Failed));
        await bench.AssertSidesAreEqualAsync();
        // The last piece is paid for by what comes after it.
        Assert.True(elapsed > TimeSpan.FromSeconds(15), $"It took {elapsed}.");
    }

    [Fact]
    public async Task Small_objects_are_charged_with_their_own_bytes()
    {
        var clock = new FakeTimeProvider();
        var pace = new Pace([new TokenBucket(clock) { PerSecond = 100 }], clock);
        await pace.StartAsync(null, Bench.Ct);
        pace.Correct(10);
        var known = pace.StartAsync(10, Bench.Ct).AsTask();
        Assert.False(known.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        await known;

        var next = pace.StartAsync(10, Bench.Ct).AsTask();
        clock.Advance(TimeSpan.FromSeconds(0.1));
        await next;
    }

    [Fact]
    public async Task A_large_object_in_parts_is_limited_too()
    {
        using var bench = await CreateAsync();
        await bench.PutAsync("large", Content.Random(13 * KiB * KiB, 1));
        await bench.FindAsync();
        var upload = await bench.StartUploadAsync();
        await bench.Limits.SetAsync(LimitedScope.OfTask("task"), new RateLimits(KiB * KiB, null), Bench.Ct);

        var (step, elapsed) = await TimeAsync(bench, bench.CopyPartsAsync(upload));
        var (end, _) = await TimeAsync(bench, bench.CompleteAsync(upload, step.ChainState));

        Assert.Equal(1, end.Unit!.Copied);
        Assert.True(elapsed > TimeSpan.FromSeconds(11), $"It took {elapsed}.");
        await bench.AssertSidesAreEqualAsync();
    }

    [Fact]
    public async Task Requests_are_limited()
    {
        using var bench = await CreateAsync();
        await PutAsync(bench, 30, 10);
        await bench.FindAsync();
        await bench.Limits.SetAsync(LimitedScope.OfTask("task"), new RateLimits(null, 10), Bench.Ct);

        var (result, elapsed) = await TimeAsync(bench, bench.CopyUnitAsync(Assert.Single(bench.Units)));

        Assert.Equal(30, result.Copied);
        Assert.True(elapsed > TimeSpan.FromSeconds(5.5), $"60 requests took {elapsed}.");
    }

    [Fact]
    public async Task Of_two_limits_the_lower_one_holds_and_one_that_is_lifted_lets_go_what_waits()
    {
        using var bench = await CreateAsync();
        await PutAsync(bench, 20, 64 * KiB);
        await bench.FindAsync();
        await bench.Limits.SetAsync(ScopeOf(bench, false, true), new RateLimits(1 << 30, 1_000_000), Bench.Ct);
        await bench.Limits.SetAsync(LimitedScope.OfTask("task"), new RateLimits(KiB, null), Bench.Ct);

        var copying = bench.CopyUnitAsync(Assert.Single(bench.Units));
        for (var i = 0; i < 50; i++)
        {
            bench.LimitClock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.False(copying.IsCompleted);
        await bench.Limits.SetAsync(LimitedScope.OfTask("task"), RateLimits.None, Bench.Ct);
        Assert.Equal(20, (await TimeAsync(bench, copying)).Result.Copied);
        await bench.AssertSidesAreEqualAsync();
    }

    [Fact]
    public async Task What_waits_at_a_limit_when_the_share_of_its_activity_is_over_is_left_to_the_next_one()
    {
        var share = new FakeTimeProvider();
        using var bench = await CreateAsync();
        bench.Time = share;
        await PutAsync(bench, 5, 10);
        await bench.FindAsync();
        await bench.Limits.SetAsync(LimitedScope.OfTask("task"), new RateLimits(null, 1), Bench.Ct);
        var unit = Assert.Single(bench.Units);

        var first = bench.CopyUnitAsync(unit);
        while (!first.IsCompleted)
        {
            share.Advance(TimeSpan.FromSeconds(1));
            bench.LimitClock.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        Assert.True((await first).IsUnfinished);
        await bench.Limits.SetAsync(LimitedScope.OfTask("task"), RateLimits.None, Bench.Ct);
        Assert.Equal(5, (await bench.CopyUnitAsync(unit)).Copied);
        await bench.AssertSidesAreEqualAsync();
    }

    async Task<Bench> CreateAsync() => await Bench.CreateAsync(await shared.GetAsync());

    static Task PutAsync(Bench bench, int count, int size) => Task.WhenAll(
        Enumerable.Range(0, count).Select(i => bench.PutAsync($"object-{i:000}", Content.Random(size, i))));

    static LimitedScope ScopeOf(Bench bench, bool isOfTask, bool isOfSource) => isOfTask
        ? LimitedScope.OfTask("task")
        : LimitedScope.OfEndpoint(bench.Plugin.EndpointsOf(new(bench.Parameters))[isOfSource ? 0 : 1]);

    // Time passes only for the limits. How much is needed depends on nothing else.
    static async Task<(T Result, TimeSpan Elapsed)> TimeAsync<T>(Bench bench, Task<T> work)
    {
        var began = bench.LimitClock.GetTimestamp();
        while (!work.IsCompleted)
        {
            bench.LimitClock.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        return (await work, bench.LimitClock.GetElapsedTime(began));
    }
}
