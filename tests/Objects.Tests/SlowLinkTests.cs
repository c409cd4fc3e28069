using System.Collections.Concurrent;
using DataTransferHub.Objects.Copying;
using DataTransferHub.Objects.LargeObjects;
using DataTransferHub.Objects.Run;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Objects.Units;
using DataTransferHub.Servers.Faults;
using DataTransferHub.Servers.S3;
using DataTransferHub.Servers.S3.Memory;
using DataTransferHub.Tasks.Plugins;
using Microsoft.Extensions.Time.Testing;

namespace DataTransferHub.Objects.Tests;

/// <summary>However slow a link is, everything gets through, and nothing that was confirmed is sent again.</summary>
public sealed class SlowLinkTests(SharedMemoryS3 shared)
{
    const int MiB = 1 << 20;

    [Theory]
    [InlineData(false)] // checked by an MD5 from part to part, in order
    [InlineData(true)] // checked by the parts of the source, two at once
    public async Task A_large_object_gets_through_part_by_part_in_many_executions(bool isComposite)
    {
        var server = await shared.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        var clock = new FakeTimeProvider();
        bench.Time = clock;
        var content = Content.Random(33 * MiB, 1);
        if (isComposite)
        {
            await server.PutInPartsAsync(
                bench.SourceBucket, "large", content, 5 * MiB, 5 * MiB, 5 * MiB, 5 * MiB, 5 * MiB, 5 * MiB, 3 * MiB);
        }
        else
            await bench.PutAsync("large", content);
        var sent = new ConcurrentQueue<int>();
        var read = new ConcurrentQueue<string>();
        server.QuirksOf(bench.SourceBucket).Script = call => Note(() => read.Enqueue(call.Method), call.Kind is RequestKind.GetObject);
        server.QuirksOf(bench.DestinationBucket).Script = call => Note(
            () =>
            {
                sent.Enqueue(call.PartNumber!.Value);
                clock.Advance(TimeSpan.FromSeconds(40));
            },
            call.Kind is RequestKind.UploadPart);
        await using var run = new ScriptedRun();
        bench.Play(run);
        var executions = 0;
        run.Play<PartsRequest, StepResult>(nameof(CopyParts), (request, token) =>
        {
            Interlocked.Increment(ref executions);
            return new CopyParts(bench.Transfers, bench.WorkArea, bench.Ledger, clock).RunAsync(request, token);
        });

        var end = await run.EndOfAsync(await run.StartAsync(nameof(TransferObjects), bench.Run));

        Assert.Equal(new RunSummary(1, 1, 0, 0, content.Length), end.ReadOutputAs<RunSummary>());
        Assert.Equal(content, await bench.ReadCopyAsync("large"));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], sent.Order());
        Assert.Equal(7, read.Count);
        Assert.InRange(executions, 3, 7);
    }

    [Fact]
    public async Task Confirmed_parts_are_neither_sent_nor_read_again_after_an_interruption()
    {
        var server = await shared.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        var content = Content.Random(23 * MiB, 2);
        await bench.PutAsync("large", content);
        await bench.FindAsync();
        var upload = await bench.StartUploadAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Bench.Ct);
        var sent = new ConcurrentQueue<int>();
        var read = 0;
        server.QuirksOf(bench.SourceBucket).Script = call =>
            Note(() => Interlocked.Increment(ref read), call.Kind is RequestKind.GetObject);
        server.QuirksOf(bench.DestinationBucket).Script = call =>
        {
            if (call.Kind is not (RequestKind.UploadPart or RequestKind.ListParts))
                return null;
            if (call.PartNumber == 4 && !stop.IsCancellationRequested)
            {
                stop.Cancel();
                return new Fault.Drop();
            }

            if (call.PartNumber is { } number)
                sent.Enqueue(number);
            return null;
        };
        var parts = new PartsRequest(upload, 0, null);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new CopyParts(bench.Transfers, bench.WorkArea, bench.Ledger, bench.Time).RunAsync(parts, stop.Token));

        var step = await bench.CopyPartsAsync(upload);
        Assert.Equal(StepEnd.Finished, (await bench.CompleteAsync(upload, step.ChainState)).End);

        Assert.Equal([1, 2, 3, 4, 5], sent.Order());
        // Only the part that was interrupted.
        Assert.Equal(6, read);
        Assert.Equal(content, await bench.ReadCopyAsync("large"));
    }

    [Fact]
    public async Task A_unit_of_small_objects_goes_on_in_the_next_execution()
    {
        var server = await shared.GetAsync();
        using var bench = await Bench.CreateAsync(server, options => options.MaximumConcurrentTransfers = 2);
        var clock = new FakeTimeProvider();
        bench.Time = clock;
        for (var i = 0; i < 30; i++)
            await bench.PutAsync($"small-{i:00}", Content.Random(1000, i));
        var sent = new ConcurrentQueue<string>();
        server.QuirksOf(bench.DestinationBucket).Script = call => Note(
            () =>
            {
                sent.Enqueue(call.Key);
                clock.Advance(TimeSpan.FromSeconds(10));
            },
            call.Kind is RequestKind.PutObject);
        await using var run = new ScriptedRun();
        bench.Play(run);
        var executions = 0;
        run.Play<UnitRequest, UnitResult>(nameof(CopyObjects), (request, token) =>
        {
            Interlocked.Increment(ref executions);
            return bench.NewCopyObjects().RunAsync(request, token);
        });

        var end = await run.EndOfAsync(await run.StartAsync(nameof(TransferObjects), bench.Run));

        Assert.Equal(new RunSummary(30, 30, 0, 0, 30_000), end.ReadOutputAs<RunSummary>());
        await bench.AssertSidesAreEqualAsync();
        Assert.Equal(30, sent.Distinct().Count());
        Assert.Equal(30, sent.Count);
        Assert.InRange(executions, 3, 10);
    }

    [Fact]
    public async Task An_object_that_takes_too_long_as_a_whole_is_copied_in_parts_beside_its_unit()
    {
        var server = await shared.GetAsync();
        using var bench = await Bench.CreateAsync(server, options => options.MultipartThreshold = 64 * MiB);
        var clock = new FakeTimeProvider();
        bench.Time = clock;
        var content = Content.Random(13 * MiB, 3);
        await bench.PutAsync("slow", content);
        for (var i = 0; i < 10; i++)
            await bench.PutAsync($"small-{i:00}", Content.Random(1000, i));
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var parts = 0;
        server.QuirksOf(bench.DestinationBucket).Script = call =>
        {
            if (call.Kind is RequestKind.UploadPart)
                Interlocked.Increment(ref parts);
            return call is { Kind: RequestKind.PutObject, Key: "slow" } ? new Fault.Hold(done.Task) : null;
        };
        await using var run = new ScriptedRun();
        bench.Play(run);
        var id = await run.StartAsync(nameof(TransferObjects), bench.Run);
        while (Volatile.Read(ref parts) == 0)
        {
            clock.Advance(TimeSpan.FromSeconds(30));
            await Task.Delay(20, Bench.Ct);
        }

        var end = await run.EndOfAsync(id);
        done.SetResult();

        Assert.Equal(new RunSummary(11, 11, 0, 0, 10_000 + content.Length), end.ReadOutputAs<RunSummary>());
        await bench.AssertSidesAreEqualAsync();
    }

    [Fact]
    public async Task On_a_slow_link_objects_are_large_earlier_and_parts_are_small()
    {
        var server = await shared.GetAsync();
        using var bench = await Bench.CreateAsync(
            server, options => (options.MultipartThreshold, options.PartSize) = (64 * MiB, 16 * MiB));
        await bench.PutAsync("a", Content.Random(15 * MiB, 4));
        Assert.Equal((1, 0), await FindAsync(bench));

        // 1 Mbit/s.
        var rate = (await bench.OpenAsync()).Route.Rate;
        rate.Note(1_250_000, rate.Now - 10 * TimeProvider.System.TimestampFrequency);

        Assert.Equal((0, 1), await FindAsync(bench));
        Assert.Equal(1, (await bench.CopyLargeAsync(bench.LargeUnits[0])).Copied);
        Assert.EndsWith("-2\"", Assert.Single(await bench.ListCopiesAsync()).ETag, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_sends_a_byte_now_and_then_is_told_by_its_rate()
    {
        var time = new FakeTimeProvider();
        using var body = new BodyStream(new Trickle(time), StoreSide.Source, TimeSpan.FromSeconds(30), time);
        var arrived = 0;

        var fault = await Assert.ThrowsAsync<StoreException>(async () =>
        {
            for (; arrived < 100; arrived++)
                await body.ReadExactlyAsync(new byte[1], Bench.Ct);
        });

        Assert.Equal(StoreFault.Timeout, fault.Fault);
        Assert.InRange(arrived, 1, 4);
    }

    [Fact]
    public async Task A_slow_reader_is_not_taken_for_a_slow_store()
    {
        var time = new FakeTimeProvider();
        using var body = new BodyStream(new MemoryStream(new byte[100]), StoreSide.Source, TimeSpan.FromSeconds(30), time);

        for (var i = 0; i < 100; i++)
        {
            await body.ReadExactlyAsync(new byte[1], Bench.Ct);
            time.Advance(TimeSpan.FromSeconds(29));
        }
    }

    static async Task<(int Small, int Large)> FindAsync(Bench bench)
    {
        var found = await bench.FindAsync();
        return (found.Units, found.LargeUnits);
    }

    static Fault? Note(Action note, bool isMeant)
    {
        if (isMeant)
            note();
        return null;
    }

    sealed class Trickle(FakeTimeProvider time) : ForwardBody
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            time.Advance(TimeSpan.FromSeconds(29));
            buffer.Span[0] = 1;
            return new(1);
        }
    }
}
