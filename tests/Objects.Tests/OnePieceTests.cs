using DataTransferHub.Objects.Routes;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.Faults;
using DataTransferHub.Servers.S3;
using DataTransferHub.Servers.S3.Memory;
using Microsoft.Extensions.Time.Testing;

namespace DataTransferHub.Objects.Tests;

/// <summary>Large objects that are sent in one piece where that is fast.</summary>
public sealed class OnePieceTests(SharedMemoryS3 shared)
{
    const int MiB = 1 << 20;

    [Fact]
    public async Task A_large_object_with_an_md5_is_sent_in_one_piece_and_one_without_in_parts()
    {
        var server = await shared.GetAsync();
        using var bench = await CreateAsync(server);
        var whole = Content.Random(13 * MiB, 1);
        var composite = Content.Random(17 * MiB, 2);
        await bench.PutAsync("whole", whole);
        await server.PutInPartsAsync(bench.SourceBucket, "composite", composite, 6 * MiB, 6 * MiB, 5 * MiB);
        var sent = Count(server, bench);

        Assert.Equal(2, (await bench.TransferAsync()).Copied);

        Assert.Equal(("whole", 3), (string.Join(",", sent.Puts), sent.Parts));
        Assert.Equal(whole, await bench.ReadCopyAsync("whole"));
        Assert.Equal(composite, await bench.ReadCopyAsync("composite"));
    }

    [Fact]
    public async Task What_takes_too_long_in_one_piece_is_sent_in_parts()
    {
        var server = await shared.GetAsync();
        using var bench = await CreateAsync(server, TimeSpan.FromMilliseconds(500));
        var content = Content.Random(13 * MiB, 3);
        await bench.PutAsync("large", content);
        var sent = Count(server, bench, hold: true);

        Assert.Equal(1, (await bench.TransferAsync()).Copied);

        Assert.Equal(("large", 3), (string.Join(",", sent.Puts), sent.Parts));
        Assert.Equal(content, await bench.ReadCopyAsync("large"));
    }

    [Fact]
    public void The_time_for_an_object_follows_from_what_was_sent_before()
    {
        var time = new FakeTimeProvider();
        var rate = new TransferRate(time);
        Assert.InRange(rate.TimeFor(320_000_000), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(11));
        for (var i = 0; i < 20; i++)
        {
            var started = rate.Now;
            time.Advance(TimeSpan.FromSeconds(10));
            rate.Note(1_250_000, started);
        }

        // One Mbit/s.
        Assert.InRange(rate.TimeFor(100_000_000), TimeSpan.FromSeconds(790), TimeSpan.FromSeconds(810));
    }

    [Fact]
    public async Task What_is_refused_in_one_piece_is_sent_in_parts()
    {
        var server = await shared.GetAsync();
        using var bench = await CreateAsync(server);
        var content = Content.Random(13 * MiB, 5);
        await bench.PutAsync("large", content);
        server.QuirksOf(bench.DestinationBucket).Script =
            call => call.Kind is RequestKind.PutObject ? new Fault.Answer(400, "EntityTooLarge") : null;

        Assert.Equal(1, (await bench.TransferAsync()).Copied);

        Assert.Equal(content, await bench.ReadCopyAsync("large"));
    }

    static Task<Bench> CreateAsync(MemoryS3Server server, TimeSpan? onePieceTime = null) =>
        Bench.CreateAsync(server, options => options.OnePieceTime = onePieceTime ?? TimeSpan.FromSeconds(10));

    static Sent Count(MemoryS3Server server, Bench bench, bool hold = false)
    {
        var sent = new Sent();
        server.QuirksOf(bench.DestinationBucket).Script = call =>
        {
            lock (sent)
            {
                if (call.Kind is RequestKind.UploadPart)
                    sent.Parts++;
                if (call.Kind is not RequestKind.PutObject)
                    return null;
                sent.Puts.Add(call.Key);
                return hold ? new Fault.Hold(Task.Delay(Timeout.InfiniteTimeSpan, Bench.Ct)) : null;
            }
        };
        return sent;
    }

    sealed class Sent
    {
        public List<string> Puts { get; } = [];

        public int Parts { get; set; }
    }
}
