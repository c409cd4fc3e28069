using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.S3.Memory;

namespace DataTransferHub.Objects.Tests;

/// <summary>Stores that do not know the second version of listings are listed by the first.</summary>
public sealed class FirstListingTests(SharedMemoryS3 shared)
{
    static readonly string[] Keys =
        ["a", "b c+d", "b%2F", "b/100%", "c&<d>", "e\"f'", "g?h=i", "中文/文件 1", "中文/文件+2", "\uE000", "😀/🎉"];

    static readonly Dictionary<string, Action<BucketQuirks>> ByName = new()
    {
        ["ignored"] = quirks => quirks.Listings = ListingVersions.FirstIgnoringSecond,
        ["not implemented"] = quirks => quirks.Listings = ListingVersions.FirstRefusingSecond,
        ["not allowed"] = quirks => Refuse(quirks, new(405, "MethodNotAllowed")),
        ["an invalid argument"] = quirks => Refuse(quirks, new(400, "InvalidArgument")),
        ["ignored, and empty pages"] = quirks =>
        {
            quirks.Listings = ListingVersions.FirstIgnoringSecond;
            quirks.EmptyPages = 1;
        },
        ["not implemented, and empty pages"] = quirks =>
        {
            quirks.Listings = ListingVersions.FirstRefusingSecond;
            quirks.EmptyPages = 1;
        },
    };

    public static readonly TheoryData<string> Quirks = [.. ByName.Keys];

    public static readonly TheoryData<string, bool> Sides =
        [.. ByName.Keys.SelectMany(name => new TheoryDataRow<string, bool>[] { new(name, true), new(name, false) })];

    [Theory]
    [MemberData(nameof(Sides))]
    public async Task All_objects_are_found_and_compared_over_many_pages(string quirk, bool isSource)
    {
        using var bench = await CreateAsync(quirk, isSource ? StoreSide.Source : StoreSide.Destination);

        Assert.Equal(Keys.Length, (await bench.TransferAsync()).Copied);
        Assert.Empty(bench.Errors);
        Assert.Equal(Keys.Length, (await bench.TransferAsync()).Skipped);
        await bench.DeleteByStoreAsync(Keys[3]);
        await bench.PutByStoreAsync(Keys[8], [1, 2, 3]);
        var last = await bench.TransferAsync();
        Assert.Equal((1, Keys.Length - 2), (last.Copied, last.Skipped));
        Assert.Equal([1, 2, 3], await bench.ReadByStoreAsync(Keys[8]));
    }

    [Theory]
    [MemberData(nameof(Quirks))]
    public async Task A_listing_starts_after_any_key_in_a_process_that_does_not_know_the_bucket(string quirk)
    {
        using var bench = await CreateAsync(quirk, StoreSide.Source);
        foreach (var (number, key) in Keys.Index())
        {
            using var other = Bench.Of(bench.Server, bench.SourceBucket, bench.DestinationBucket);
            Assert.Equal(Keys[(number + 1)..], await ListAsync(other, key));
        }
    }

    [Theory]
    [MemberData(nameof(Quirks))]
    public async Task A_position_in_a_listing_is_understood_by_a_process_that_does_not_know_the_bucket(string quirk)
    {
        using var bench = await CreateAsync(quirk, StoreSide.Source);
        var found = new List<string>();
        for (string? after = null, token = null; ;)
        {
            using var other = Bench.Of(bench.Server, bench.SourceBucket, bench.DestinationBucket);
            var page = await (await other.OpenAsync()).Source.ListAsync("", after, token, 1000, Bench.Ct);
            found.AddRange(page.Objects.Select(entry => entry.Key));
            if (page.IsLast)
                break;
            Assert.True(page.Objects.Count > 0 || page.Next != token, "the listing stands still");
            (after, token) = (found.LastOrDefault(), page.Next);
        }

        Assert.Equal(Keys, found);
    }

    [Theory]
    [MemberData(nameof(Quirks))]
    public async Task The_second_version_is_not_requested_again_once_the_store_is_known(string quirk)
    {
        using var bench = await CreateAsync(quirk, StoreSide.Source);
        await ListAsync(bench, null);
        bench.Wire.Requests.Clear();

        await ListAsync(bench, Keys[1]);

        Assert.NotEmpty(bench.Wire.Requests);
        Assert.DoesNotContain(bench.Wire.Requests, request => request.Contains("list-type", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_listing_whose_token_has_expired_continues_after_its_last_key_by_the_same_version()
    {
        using var bench = await CreateAsync(null, StoreSide.Source);
        var refused = 0;
        ((MemoryS3Server)bench.Server).QuirksOf(bench.SourceBucket).Script = call =>
            call.Query("continuation-token") is not null && Interlocked.Increment(ref refused) == 2
                ? new Fault.Answer(400, "InvalidArgument") : null;

        Assert.Equal(Keys, await ListAsync(bench, null));

        Assert.True(refused > 2);
        var listings = bench.Wire.Requests.Where(request => request.Contains("max-keys", StringComparison.Ordinal)).ToList();
        Assert.All(listings, request => Assert.Contains("list-type=2", request, StringComparison.Ordinal));
        Assert.Single(listings, request => request.Contains("start-after", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_that_refuses_both_versions_fails_with_its_first_answer()
    {
        using var bench = await CreateAsync(null, StoreSide.Source);
        ((MemoryS3Server)bench.Server).QuirksOf(bench.SourceBucket).Script = call => call.Key.Length > 0 ? null
            : call.Query("list-type") == "2" ? new Fault.Answer(501, "NotImplemented") : new Fault.Answer(400, "InvalidRequest");

        var fault = await Assert.ThrowsAsync<StoreException>(() => ListAsync(bench, null));

        Assert.Equal("NotImplemented", fault.Code);
    }

    async Task<Bench> CreateAsync(string? quirk, StoreSide side)
    {
        var server = await shared.GetAsync();
        var bench = await Bench.CreateAsync(server);
        foreach (var (number, key) in Keys.Index())
            await bench.PutByStoreAsync(key, Content.Random(100 + number, number));
        var quirks = server.QuirksOf(side is StoreSide.Source ? bench.SourceBucket : bench.DestinationBucket);
        quirks.MaximumKeysPerPage = 2;
        if (quirk is not null)
            ByName[quirk](quirks);
        return bench;
    }

    static async Task<List<string>> ListAsync(Bench bench, string? after)
    {
        var transfer = await bench.OpenAsync();
        var keys = new List<string>();
        await foreach (var listed in Listing.ReadAsync(transfer.Source, "", after, transfer.Retry, Bench.Ct))
            keys.Add(listed.Key);
        return keys;
    }

    static void Refuse(BucketQuirks quirks, Fault.Answer answer) =>
        quirks.Script = call => call.Query("list-type") == "2" ? answer : null;
}
