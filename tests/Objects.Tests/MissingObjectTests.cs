using System.Net;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.Faults;
using DataTransferHub.Servers.S3.Memory;

namespace DataTransferHub.Objects.Tests;

/// <summary>Objects that the source lists, but does not have when they are read.</summary>
public sealed class MissingObjectTests(SharedMemoryS3 shared)
{
    const int MiB = 1 << 20;

    static readonly Dictionary<string, (string Key, Func<string, string> Listed)> Alterations = new()
    {
        ["encoded twice"] = ("a&b", WebUtility.HtmlEncode),
        ["encoded twice, less than"] = ("a<b", WebUtility.HtmlEncode),
        ["decoded twice"] = ("a&amp;b", WebUtility.HtmlDecode),
        ["plus as space"] = ("a+b", key => key.Replace('+', ' ')),
        ["space as plus"] = ("a b", key => key.Replace(' ', '+')),
        ["percent-encoded twice"] = ("a>b", Uri.EscapeDataString),
        ["percent-decoded twice"] = ("a%26b", Uri.UnescapeDataString),
    };

    public static readonly TheoryData<string, int> AlteredKeys =
        [.. Alterations.Keys.SelectMany(name => new TheoryDataRow<string, int>[] { new(name, 1000), new(name, 13 * MiB) })];

    [Theory]
    [MemberData(nameof(AlteredKeys))]
    public async Task An_object_whose_key_is_altered_in_listings_has_failed_and_not_vanished(string alteration, int size)
    {
        var (key, listed) = Alterations[alteration];
        var server = await shared.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        await bench.PutByStoreAsync(key, Content.Random(size, 1));
        server.QuirksOf(bench.SourceBucket).ListedKey = listed;

        Assert.Equal(new(0, 1, 0, 0), await bench.TransferAsync());

        Assert.Contains("may alter the key in its listings", Assert.Single(bench.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(13 * MiB)]
    public async Task That_an_object_was_deleted_is_not_taken_for_granted_if_the_source_cannot_be_listed(int size)
    {
        var server = await shared.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        await bench.PutAsync("gone", Content.Random(size, 1));
        await bench.FindAsync();
        await bench.DeleteByStoreAsync("gone");
        server.QuirksOf(bench.SourceBucket).Script =
            call => call.Kind is RequestKind.ListObjects ? new Fault.Answer(403, "AccessDenied") : null;

        var result = size < MiB
            ? await bench.CopyUnitAsync(Assert.Single(bench.Units))
            : await bench.CopyLargeAsync(Assert.Single(bench.LargeUnits));

        Assert.Equal(new(0, 1, 0, 0), result);
        Assert.Contains("could not be determined", Assert.Single(bench.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_object_that_was_archived_meanwhile_is_archived()
    {
        var server = await shared.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        await bench.PutAsync("cold", Content.Random(13 * MiB, 1));
        await bench.FindAsync();
        server.QuirksOf(bench.SourceBucket).Script =
            call => call.Kind is RequestKind.GetObject ? new Fault.Answer(403, "InvalidObjectState") : null;

        Assert.Equal(new(0, 0, 1, 0), await bench.CopyLargeAsync(Assert.Single(bench.LargeUnits)));

        Assert.Equal((0, 1), (bench.Ledger.Outcomes(bench.Run.RunId).Sum(unit => unit.Vanished),
            bench.Ledger.Outcomes(bench.Run.RunId).Sum(unit => unit.Archived)));
    }
}
