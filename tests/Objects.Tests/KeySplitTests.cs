using System.Collections.Concurrent;
using System.Globalization;
using DataTransferHub.Objects.Finding;
using DataTransferHub.Objects.Run;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.Faults;
using DataTransferHub.Servers.S3.Memory;
using DataTransferHub.Tasks.Plugins;
using Microsoft.Extensions.Time.Testing;

namespace DataTransferHub.Objects.Tests;

/// <summary>A bucket is searched in several places at once, however its keys are formed.</summary>
public sealed class KeySplitTests(SharedMemoryS3 shared)
{
    static readonly KeyShape[] Shapes =
    [
        new("flat", number => Invariant($"object-{number:D9}")),
        new("deep", number => Invariant($"logs/prod/2026/{number / 100:D2}/{number % 100:D2}/part")),
        new("hexadecimal", number => Invariant($"{(uint)(number * 2654435761):x8}")),
        new("Chinese", number => Invariant($"数据/{(char)('一' + number * 7)}/文件")),
        new("emoji", number => Invariant($"😀{number:D4}🎉")),
    ];

    public static TheoryData<string> Names => [.. Shapes.Select(shape => shape.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Keys_are_split_into_shares_of_which_none_has_nearly_all(string name)
    {
        using var bench = await CreateAsync(name, 400);
        var keys = (await bench.Server.ListAsync(bench.SourceBucket, cancellationToken: Bench.Ct))
            .Select(item => item.Key).Order(KeyOrder.Instance).ToList();

        var splits = await SplitAsync(bench, "", null, null, 3);
        Assert.NotEmpty(splits);
        AssertAreBetween(splits, keys, null, null);
        var shares = splits.Append(keys[^1]).Select(split => keys.IndexOf(split) + 1).ToList();
        Assert.True(shares.Zip(shares.Skip(1), (one, next) => next - one).Append(shares[0]).Max() < 320, string.Join(' ', shares));

        var inner = await SplitAsync(bench, "", keys[100], keys[300], 2);
        Assert.NotEmpty(inner);
        AssertAreBetween(inner, keys, keys[100], keys[300]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("only")]
    [InlineData("a", "aa", "aaa")]
    [InlineData("x/1", "y/1")] // one of them is out of scope
    public async Task What_cannot_be_split_is_not(params string[] keys)
    {
        using var bench = await Bench.CreateAsync(await shared.GetAsync());
        foreach (var key in keys.Where(key => key.Length > 0))
            await bench.PutAsync(key, [1]);
        Assert.Empty(await SplitAsync(bench, keys is ["x/1", ..] ? "x/" : "", null, null, 3));
    }

    [Fact]
    public async Task A_store_that_fails_is_not_split()
    {
        using var bench = await CreateAsync("flat", 10);
        (await shared.GetAsync()).QuirksOf(bench.SourceBucket).Script = _ => new Fault.Answer(500, "InternalError");
        Assert.Empty(await SplitAsync(bench, "", null, null, 3));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_run_searches_several_spans_at_once_and_finds_each_object_once(string name)
    {
        const int Objects = 600;
        var server = await shared.GetAsync();
        using var bench = await CreateAsync(name, Objects);
        var clock = new FakeTimeProvider();
        bench.Time = clock;
        var quirks = server.QuirksOf(bench.SourceBucket);
        quirks.MaximumKeysPerPage = 10;
        quirks.Script = call =>
        {
            // A batch ends after a few pages.
            if (call.Kind is RequestKind.ListObjects && call.Query("max-keys") != "1")
                clock.Advance(TimeSpan.FromSeconds(4));
            return null;
        };
        await using var run = new ScriptedRun();
        bench.Play(run);
        var requests = new ConcurrentQueue<FindRequest>();
        var records = new ConcurrentQueue<FindingsRecord>();
        run.Play<FindRequest, FindResult>(nameof(FindChanges), (request, token) =>
        {
            requests.Enqueue(request);
            return bench.NewFindChanges().RunAsync(request, token);
        });
        run.Play<FindingsRecord, object?>(nameof(RecordFindings), async (record, token) =>
        {
            records.Enqueue(record);
            await new RecordFindings(bench.Ledger).RunAsync(record, token);
            return null;
        });

        var end = await run.EndOfAsync(await run.StartAsync(nameof(TransferObjects), bench.Run));

        Assert.Equal(new RunSummary(Objects, Objects, 0, 0, Objects), end.ReadOutputAs<RunSummary>());
        await bench.AssertSidesAreEqualAsync();
        Assert.Contains(requests, request => request.To is not null);
        Assert.Equal(requests.Count, requests.Select(request => request.Batch).Distinct().Count());
        Assert.Equal(Objects, records.Sum(record => record.Findings.Found));
        Assert.Single(records, record => record.Findings.IsLast);

        // With nothing to copy, the first batch is split when it turns out long.
        var first = await bench.NewFindChanges().RunAsync(new FindRequest(bench.Run, 0, null, Splits: 7), Bench.Ct);
        Assert.Equal((0, false), (first.Findings.ToCopy, first.IsLast));
        Assert.NotEmpty(first.Splits!);
    }

    async Task<Bench> CreateAsync(string name, int count)
    {
        var bench = await Bench.CreateAsync(await shared.GetAsync());
        var shape = Shapes.Single(shape => shape.Name == name);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count), async (number, _) => await bench.PutAsync(shape.Key(number), [(byte)number]));
        return bench;
    }

    static async Task<IReadOnlyList<string>> SplitAsync(Bench bench, string prefix, string? after, string? to, int count) =>
        await new KeySplit((await bench.OpenAsync()).Source, prefix, to).FindAsync(after, count, Bench.Ct);

    static void AssertAreBetween(IReadOnlyList<string> splits, List<string> keys, string? after, string? to)
    {
        Assert.All(splits, split => Assert.Contains(split, keys));
        string?[] all = [after, .. splits, to];
        var known = all.OfType<string>().ToList();
        Assert.Equal(known.Distinct().Order(KeyOrder.Instance), known);
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    sealed record KeyShape(string Name, Func<int, string> Key);
}
