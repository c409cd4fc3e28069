using System.Diagnostics;
using DataTransferHub.Bench.Store;

namespace DataTransferHub.Bench.Tests;

public sealed class ConditionTests
{
    [Fact]
    public async Task A_thousand_requests_at_once_are_each_delayed_in_full()
    {
        var delay = TimeSpan.FromMilliseconds(100);
        using var latency = new Latency(delay);
        var times = await Task.WhenAll(Enumerable.Range(0, 1000).Select(async _ =>
        {
            var watch = Stopwatch.StartNew();
            await latency.BeginAsync();
            return watch.Elapsed;
        }));
        Assert.All(times, time => Assert.True(time >= delay, $"after {time}"));
    }

    [Fact]
    public void Requests_above_the_limit_are_refused_until_one_has_ended()
    {
        var statistics = new StoreStatistics();
        Assert.True(statistics.TryBegin(2));
        Assert.True(statistics.TryBegin(2));
        Assert.False(statistics.TryBegin(2));
        statistics.End();
        Assert.True(statistics.TryBegin(2));
        Assert.Equal(new StoreCounts(4, 1, 0, 0, 2), statistics.Counts);
    }
}
