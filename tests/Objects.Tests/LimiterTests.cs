using System.Collections.Concurrent;
using DataTransferHub.Objects.Settings;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Objects.Units;

namespace DataTransferHub.Objects.Tests;

/// <summary>What may be in transfer and in memory at once.</summary>
public sealed class LimiterTests
{
    const int MiB = 1 << 20;

    [Fact]
    public async Task Bytes_that_are_held_at_once_are_bounded()
    {
        using var limiter = new TransferLimiter(new ObjectOptions());
        var held = new ConcurrentBag<long>();
        var now = 0L;
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var works = Enumerable.Range(0, 12).Select(_ => limiter.HoldAsync(
            50L * MiB,
            async _ =>
            {
                held.Add(Interlocked.Add(ref now, 50L * MiB));
                await gate.Task;
                Interlocked.Add(ref now, -50L * MiB);
                return true;
            },
            Bench.Ct)).ToList();
        // A transfer that fits begins immediately.
        Assert.Equal(5, held.Count);
        gate.SetResult();
        await Task.WhenAll(works);

        Assert.Equal(12, held.Count);
        Assert.InRange(held.Max(), 0, 256L * MiB);
    }

    [Fact]
    public async Task What_waits_for_memory_takes_no_place_from_others()
    {
        using var limiter = new TransferLimiter(new ObjectOptions { MaximumConcurrentTransfers = 6 });
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var large = Enumerable.Range(0, 20).Select(_ => limiter.HoldAsync(
            64L * MiB,
            async _ =>
            {
                await gate.Task;
                return true;
            },
            Bench.Ct)).ToList();

        // Four transfers use all the memory, and two slots are left.
        Assert.True(await limiter.RunAsync(() => Task.FromResult(true), Bench.Ct));
        gate.SetResult();
        await Task.WhenAll(large);
    }
}
