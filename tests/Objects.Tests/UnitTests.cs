using System.Net;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Objects.Units;
using DataTransferHub.Servers.S3;
using DataTransferHub.Servers.S3.Memory;
using Microsoft.Extensions.Time.Testing;

namespace DataTransferHub.Objects.Tests;

/// <summary>A unit of small objects is interrupted, and runs again.</summary>
public sealed class UnitTests(SharedMoto moto, SharedMemoryS3 memory)
{
    [Fact]
    public async Task A_unit_that_was_interrupted_goes_on_with_what_had_not_arrived_and_counts_everything_once()
    {
        using var bench = await Bench.CreateAsync(moto, options => options.ConcurrentTransfersPerUnit = 1);
        for (var number = 0; number < 12; number++)
            await bench.PutAsync($"数据/{number:00} +.txt", Content.Random(1000 + number, number));
        var found = await bench.FindAsync();
        Assert.Equal(1, found.Units);

        // The destination becomes unreachable after seven objects, as for a process that is killed: nothing is recorded.
        bench.Wire.Answer = request =>
            request.Method == HttpMethod.Put && Puts(bench) > 7 ? ScriptedWire.Error(HttpStatusCode.NotFound, "NoSuchBucket") : null;
        await Assert.ThrowsAnyAsync<Exception>(() => bench.CopyUnitAsync(bench.Units[0]));
        // Copied objects are recorded, in case the unit is not continued.
        Assert.Equal(7, Assert.Single(bench.Ledger.Outcomes(bench.Run.RunId)).Copied);

        bench.Wire.Answer = _ => null;
        bench.Wire.Requests.Clear();
        var result = await bench.CopyUnitAsync(bench.Units[0]);

        Assert.Equal((12L, 0L, 0L), (result.Copied, result.Failed, result.Skipped));
        Assert.Equal(Enumerable.Range(0, 12).Sum(number => 1000L + number), result.BytesCopied);
        // Seven had arrived.
        Assert.Equal(12 - 7, Puts(bench));
        for (var number = 0; number < 12; number++)
            Assert.Equal(Content.Random(1000 + number, number), await bench.ReadCopyAsync($"数据/{number:00} +.txt"));
    }

    [Fact]
    public async Task What_has_arrived_is_found_among_thousands_of_other_keys_at_the_destination()
    {
        var server = await memory.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        foreach (var key in new[] { "a", "z1", "z2" })
            await bench.PutByStoreAsync(key, Content.Random(500, key.Length));
        await bench.FindAsync();
        await bench.CopyUnitAsync(bench.Units[0]);
        var destination = (await bench.OpenAsync()).Destination;
        await Parallel.ForEachAsync(Enumerable.Range(0, 6000), Bench.Ct, async (number, token) =>
            await destination.PutAsync($"b/{number:0000}", new MemoryContent(new byte[1]), null, ObjectAttributes.None, token));
        bench.Wire.Requests.Clear();

        Assert.Equal(3, (await bench.CopyUnitAsync(bench.Units[0])).Copied);

        Assert.Equal(0, Puts(bench));
        Assert.InRange(bench.Wire.Requests.Count(request => request.Contains("list-type", StringComparison.Ordinal)), 3, 7);
    }

    [Fact]
    public async Task An_object_that_arrived_otherwise_than_it_is_in_the_source_is_sent_again()
    {
        using var bench = await Bench.CreateAsync(moto);
        foreach (var key in new[] { "a", "b", "c" })
            await bench.PutAsync(key, Content.Random(500, key[0]));
        await bench.FindAsync();
        await CopyUnits.BeginAsync(bench.WorkArea, bench.Run.RunId, bench.Units[0], Bench.Ct);
        await bench.Server.PutAsync(bench.DestinationBucket, "b", Content.Random(500, 0));

        Assert.Equal(3, (await bench.CopyUnitAsync(bench.Units[0])).Copied);
        Assert.Equal(Content.Random(500, 'b'), await bench.ReadCopyAsync("b"));
    }

    [Fact]
    public async Task While_a_unit_is_being_copied_its_progress_is_told_every_second_and_counted_once_in_the_end()
    {
        var clock = new FakeTimeProvider();
        using var bench = await Bench.CreateAsync(moto, options => options.ConcurrentTransfersPerUnit = 1);
        bench.Time = clock;
        for (var number = 0; number < 6; number++)
            await bench.PutAsync($"{number}", Content.Random(100, number));
        await bench.FindAsync();
        var told = new List<long>();
        bench.Wire.Answer = request =>
        {
            if (request.Method != HttpMethod.Put)
                return null;
            told.Add(bench.Ledger.Outcomes(bench.Run.RunId).Sum(unit => unit.Copied));
            clock.Advance(TimeSpan.FromSeconds(0.6));
            return null;
        };

        await bench.CopyUnitAsync(bench.Units[0]);

        Assert.Equal([0, 0, 2, 2, 4, 4], told);
        Assert.Equal(6, bench.Ledger.Outcomes(bench.Run.RunId).Sum(unit => unit.Copied));
    }

    static int Puts(Bench bench) => bench.Wire.Requests.Count(request => request.StartsWith("PUT ", StringComparison.Ordinal));
}
