using System.Collections.Concurrent;
using DataTransferHub.Objects.Routes;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;

namespace DataTransferHub.Objects.Tests;

/// <summary>What may be in transfer and in memory at once.</summary>
public sealed class LimiterTests
{
    const int MiB = 1 << 20;

    readonly MemoryBudget _memory = new(256L * MiB);

    [Fact]
    public async Task Bytes_that_are_held_at_once_are_bounded()
    {
        var routes = Enumerable.Range(0, 6).Select(_ => NewRoute()).ToList();
        var held = new ConcurrentBag<long>();
        var now = 0L;
        var gate = NewGate();

        var works = routes.SelectMany(route => Enumerable.Range(0, 5).Select(_ => route.HoldAsync(
            50L * MiB,
            async _ =>
            {
                held.Add(Interlocked.Add(ref now, 50L * MiB));
                await gate.Task;
                Interlocked.Add(ref now, -50L * MiB);
                return true;
            },
            Bench.Ct))).ToList();
        Assert.InRange(held.Max(), 200L * MiB, 256L * MiB);
        gate.SetResult();
        await Task.WhenAll(works);

        Assert.Equal(30, held.Count);
        Assert.InRange(held.Max(), 0, 256L * MiB);
    }

    [Fact]
    public async Task A_route_leaves_memory_and_turns_to_the_next_ones()
    {
        var gate = NewGate();
        var stuck = NewRoute();
        var waiting = Enumerable.Range(0, 100).Select(_ => stuck.HoldAsync(20L * MiB, _ => WaitAsync(gate), Bench.Ct)).ToList();
        var second = NewRoute();
        waiting.AddRange(Enumerable.Range(0, 100).Select(_ => second.HoldAsync(20L * MiB, _ => WaitAsync(gate), Bench.Ct)));

        Assert.True(await NewRoute().HoldAsync(64L * MiB, _ => Task.FromResult(true), Bench.Ct));
        gate.SetResult();
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task What_waits_for_memory_takes_no_turn_from_others()
    {
        var route = NewRoute(most: 6);
        var gate = NewGate();
        var large = Enumerable.Range(0, 20).Select(_ => route.HoldAsync(64L * MiB, _ => WaitAsync(gate), Bench.Ct)).ToList();

        Assert.True(await route.StreamAsync(0, () => Task.FromResult(true), Bench.Ct));
        gate.SetResult();
        await Task.WhenAll(large);
    }

    [Fact]
    public async Task No_more_transfers_run_than_the_level_allows_and_each_gets_its_turn()
    {
        var route = NewRoute(most: 5);
        var (now, highest) = (0, 0);
        var works = Enumerable.Range(0, 500).Select(i => route.HoldAsync(
            100,
            async _ =>
            {
                var running = Interlocked.Increment(ref now);
                InterlockedMax(ref highest, running);
                await Task.Yield();
                Interlocked.Decrement(ref now);
                return i % 7 == 0 ? throw new StoreException(StoreSide.Source, StoreFault.NotFound, "gone") : true;
            },
            Bench.Ct)).ToList();

        await Task.WhenAll(works.Select(work => ((Task)work).ContinueWith(_ => { }, TaskScheduler.Default)));

        Assert.Equal(500 - 72, works.Count(work => work.IsCompletedSuccessfully));
        Assert.InRange(highest, 1, 5);
    }

    [Fact]
    public async Task One_that_gives_up_while_it_waits_holds_nothing()
    {
        var route = NewRoute(most: 1);
        var gate = NewGate();
        var first = route.HoldAsync(64L * MiB, _ => WaitAsync(gate), Bench.Ct);
        using var enough = new CancellationTokenSource();
        var memory = route.HoldAsync(64L * MiB, _ => Task.FromResult(true), enough.Token);
        var more = route.HoldAsync(64L * MiB, _ => Task.FromResult(true), enough.Token);
        var turn = route.StreamAsync(0, () => Task.FromResult(true), enough.Token);
        await enough.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => memory);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => more);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => turn);
        gate.SetResult();
        Assert.True(await first);
        Assert.True(await route.HoldAsync(64L * MiB, _ => Task.FromResult(true), Bench.Ct));
        Assert.Equal(0, _memory.Used);
    }

    Route NewRoute(int most = 1000) => new(_memory, most, TimeProvider.System);

    static TaskCompletionSource NewGate() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    static async Task<bool> WaitAsync(TaskCompletionSource gate)
    {
        await gate.Task;
        return true;
    }

    static void InterlockedMax(ref int highest, int value)
    {
        for (var known = Volatile.Read(ref highest); value > known;)
        {
            var before = Interlocked.CompareExchange(ref highest, value, known);
            if (before == known)
                return;
            known = before;
        }
    }
}
