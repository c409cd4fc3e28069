using DataTransferHub.Objects.Limits;
using DataTransferHub.Objects.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace DataTransferHub.Objects.Tests;

/// <summary>How a rate is kept.</summary>
public sealed class TokenBucketTests
{
    readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task Without_a_limit_nothing_waits()
    {
        var bucket = new TokenBucket(_clock);
        for (var i = 0; i < 1000; i++)
            await bucket.TakeAsync(1 << 20, isStart: i % 2 == 0, Bench.Ct);
    }

    [Fact]
    public async Task What_was_taken_in_advance_is_waited_for_and_the_average_is_right()
    {
        var bucket = new TokenBucket(_clock) { PerSecond = 10 };
        await bucket.TakeAsync(20, isStart: false, Bench.Ct);
        var next = bucket.TakeAsync(5, isStart: false, Bench.Ct).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(next.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await next;

        var third = bucket.TakeAsync(1, isStart: false, Bench.Ct).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(0.4));
        Assert.False(third.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await third;
    }

    [Fact]
    public async Task What_was_not_used_is_not_saved_up()
    {
        var bucket = new TokenBucket(_clock) { PerSecond = 10 };
        _clock.Advance(TimeSpan.FromHours(1));
        await bucket.TakeAsync(1, isStart: false, Bench.Ct);
        await bucket.TakeAsync(1, isStart: false, Bench.Ct);
        Assert.False(bucket.TakeAsync(1, isStart: false, Bench.Ct).AsTask().IsCompleted);
    }

    [Fact]
    public async Task What_goes_on_comes_before_what_begins()
    {
        var bucket = new TokenBucket(_clock) { PerSecond = 1 };
        await bucket.TakeAsync(1, isStart: true, Bench.Ct);
        var begins = bucket.TakeAsync(1, isStart: true, Bench.Ct).AsTask();
        var goesOn = bucket.TakeAsync(1, isStart: false, Bench.Ct).AsTask();

        _clock.Advance(TimeSpan.FromSeconds(1));
        await goesOn;
        Assert.False(begins.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await begins;
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1000d)]
    public async Task A_new_rate_applies_to_those_that_wait(double? rate)
    {
        var bucket = new TokenBucket(_clock) { PerSecond = 1 };
        await bucket.TakeAsync(1000, isStart: false, Bench.Ct);
        var waits = Enumerable.Range(0, 3).Select(i => bucket.TakeAsync(1, isStart: i == 0, Bench.Ct).AsTask()).ToList();

        bucket.PerSecond = rate;
        if (rate is not null)
        {
            Assert.DoesNotContain(waits, wait => wait.IsCompleted);
            for (var i = 0; i < 4; i++)
                _clock.Advance(TimeSpan.FromSeconds(1));
        }

        await Task.WhenAll(waits);
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_takes_nothing_and_holds_nobody_up()
    {
        using var cancellation = new CancellationTokenSource();
        var bucket = new TokenBucket(_clock) { PerSecond = 1 };
        await bucket.TakeAsync(1, isStart: false, Bench.Ct);
        var cancelled = bucket.TakeAsync(100, isStart: false, cancellation.Token).AsTask();
        var next = bucket.TakeAsync(1, isStart: false, Bench.Ct).AsTask();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await next;
    }

    [Fact]
    public async Task What_is_given_back_can_be_taken()
    {
        var bucket = new TokenBucket(_clock) { PerSecond = 1 };
        await bucket.TakeAsync(10, isStart: false, Bench.Ct);
        var next = bucket.TakeAsync(1, isStart: false, Bench.Ct).AsTask();
        bucket.GiveBack(10);
        await next;
    }
}
