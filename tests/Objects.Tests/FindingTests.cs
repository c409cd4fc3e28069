using System.Text;
using CsCheck;
using DataTransferHub.Objects.Finding;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Stores.S3;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Objects.Units;
using DataTransferHub.Servers.S3;

namespace DataTransferHub.Objects.Tests;

public sealed class FindingTests(SharedMoto moto)
{
    static readonly string[] Letters = ["a", "b", "/", ".", "中", "\uFFFD", "😀", "~"];
    static readonly Gen<string> Key = Gen.Int[0, 7].Select(i => Letters[i]).Array[1, 4].Select(letters => string.Concat(letters));
    static readonly Gen<Dictionary<string, int>> Bucket = Gen.Dictionary(Key, Gen.Int[0, 2])[0, 30];

    [Fact]
    public Task Merging_two_listings_finds_what_comparing_two_sets_finds() =>
        Gen.Select(Bucket, Bucket, Gen.Int[0, 5]).SampleAsync(async (source, destination, farGap) =>
        {
            var expected = source
                .Where(entry => !destination.TryGetValue("p/" + entry.Key, out var size) || size != entry.Value)
                .Select(entry => entry.Key)
                .ToHashSet();

            var found = new List<Finding.Finding>();
            await foreach (var finding in MergeCompare.RunAsync(List(source), After, key => "p/" + key, true, farGap))
                found.Add(finding);

            Assert.Equal(source.Count, found.Count);
            Assert.Equal(expected, found.Where(finding => finding.IsChange).Select(finding => finding.Object.Key).ToHashSet());

            IAsyncEnumerable<ListedObject> After(string? key) => List(destination
                .Where(entry => key is null || KeyOrder.Instance.Compare(entry.Key, key) > 0)
                .ToDictionary());
        });

    [Fact]
    public void A_listing_after_the_string_before_a_key_starts_at_the_key_or_shortly_before_it() =>
        Gen.Select(Key, Key).Sample((key, other) =>
        {
            var before = KeyOrder.Before(key);
            Assert.True(KeyOrder.Instance.Compare(before, key) < 0);
            Assert.Equal(before, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(before)));
            // Nothing is between the two but what has characters after U+FFFD where the key has its last one.
            if (KeyOrder.Instance.Compare(other, before) > 0 && KeyOrder.Instance.Compare(other, key) < 0)
                Assert.Contains(other, text => text is '\uFFFD' or > '\uD7FF' and < '\uE000');
        });

    [Fact]
    public async Task Millions_of_other_keys_at_the_destination_are_skipped_by_a_new_listing_from_the_wanted_key()
    {
        var source = new Dictionary<string, int> { ["a"] = 1, ["m/1"] = 1, ["m/2"] = 1, ["z"] = 1 };
        var listed = 0;
        var listings = 0;
        var found = new List<Finding.Finding>();
        await foreach (var finding in MergeCompare.RunAsync(List(source), After, key => key, comparesChecksums: true))
            found.Add(finding);

        Assert.Equal([("a", false), ("m/1", true), ("m/2", false), ("z", true)],
            found.Select(finding => (finding.Object.Key, finding.IsChange)));
        Assert.Equal(3, listings);
        Assert.InRange(listed, 0, 5 * Listing.PageSize);

        // The keys a, b/0000000 to b/9999999, m/2, and n/0000000 to n/9999999.
        async IAsyncEnumerable<ListedObject> After(string? after)
        {
            listings++;
            foreach (var key in Foreign("b/", after).Prepend("a").Append("m/2").Concat(Foreign("n/", after)))
            {
                if (after is not null && KeyOrder.Instance.Compare(key, after) <= 0)
                    continue;
                listed++;
                yield return new ListedObject(key, 1, new ObjectVersion("x"), DateTimeOffset.UnixEpoch);
            }

            await Task.CompletedTask;
        }

        static IEnumerable<string> Foreign(string folder, string? after) =>
            after is not null && KeyOrder.Instance.Compare(after, folder + "99999999") > 0
                ? []
                : Enumerable.Range(0, 10_000_000).Select(number => $"{folder}{number:0000000}");
    }

    [Fact]
    public void Keys_are_ordered_by_their_utf8_bytes() =>
        Gen.Select(Key, Key).Sample((one, other) =>
            Math.Sign(KeyOrder.Instance.Compare(one, other)) == Math.Sign(
                Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other))));

    [Theory]
    [InlineData(1, "a", 1, 2, "a", 0, true)] // another size
    [InlineData(1, "0cc175b9c0f1b6a831c399e269772661", 1, 1, "0CC175B9C0F1B6A831C399E269772661", 0, false)] // same MD5, younger source
    [InlineData(1, "0cc175b9c0f1b6a831c399e269772661", 0, 1, "900150983cd24fb0d6963f7d28e17f72", 1, true)] // another MD5, older source
    [InlineData(1, "0cc175b9c0f1b6a831c399e269772661-2", 0, 1, "900150983cd24fb0d6963f7d28e17f72-2", 1, true)] // other parts, as many
    // other parts, not as many, older source
    [InlineData(1, "0cc175b9c0f1b6a831c399e269772661-2", 0, 1, "900150983cd24fb0d6963f7d28e17f72-3", 1, false)]
    [InlineData(1, "0cc175b9c0f1b6a831c399e269772661", 1, 1, "900150983cd24fb0d6963f7d28e17f72-3", 0, true)] // other form, younger source
    [InlineData(1, "x", 1, 1, "y", 1, false)] // forms unknown, same age
    public void A_change_is_seen_by_size_then_etag_then_age(
        long size, string etag, int second, long otherSize, string otherEtag, int otherSecond, bool isChange) =>
        Assert.Equal(isChange, Change.IsNeeded(
            Listed(size, etag, second), Listed(otherSize, otherEtag, otherSecond), comparesChecksums: true));

    static ListedObject Listed(long size, string etag, int second) => new(
        "k", size, new ObjectVersion(etag), DateTimeOffset.UnixEpoch.AddSeconds(second), S3ETags.ChecksumOf(etag));

    [Fact]
    public async Task The_first_batch_is_one_page_and_the_next_goes_on_after_it()
    {
        using var bench = await Bench.CreateAsync(moto);
        var keys = Enumerable.Range(0, 1003).Select(i => $"key {i:0000}").ToList();
        await Parallel.ForEachAsync(
            keys, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (key, _) => await bench.PutAsync(key, [1]));

        var first = await bench.FindAsync();
        var second = await bench.FindAsync(1, first.NextKey);

        Assert.Equal((5, 0, keys[999]), (first.Units, first.LargeUnits, first.NextKey));
        Assert.Equal((1, 0, null), (second.Units, second.LargeUnits, second.NextKey));
        Assert.Equal(new(1000, 1000, 0, 1000, 1000, false), first.Findings);
        Assert.Equal(new(3, 3, 0, 3, 3, true), second.Findings);
    }

    [Fact]
    public async Task Two_executions_of_one_batch_never_write_to_the_same_units()
    {
        using var bench = await Bench.CreateAsync(moto);
        foreach (var key in new[] { "a", "b", "c" })
            await bench.PutAsync(key, [1]);
        await bench.FindAsync();
        var accepted = Assert.Single(bench.Units);
        await bench.Server.Client.DeleteObjectAsync(bench.SourceBucket, "b", Bench.Ct);

        // A late execution finds something else, after the result of the first was accepted.
        await bench.FindAsync();

        var items = await CopyUnits.ReadAsync(bench.WorkArea, bench.Run.RunId, accepted, Bench.Ct);
        Assert.Equal(["a", "b", "c"], items.Select(item => item.Key));
        Assert.Empty(bench.Ledger.Batches(bench.Run.RunId));
    }

    [Fact]
    public async Task A_listing_goes_on_by_the_stores_token_over_empty_pages()
    {
        using var bench = await Bench.CreateAsync(moto);
        string[] pages =
        [
            "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t+1</NextContinuationToken></ListBucketResult>",
            "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t2</NextContinuationToken>"
                + "<Contents><Key>a</Key></Contents></ListBucketResult>",
            "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>b</Key></Contents></ListBucketResult>",
        ];
        var queries = new List<string>();
        bench.Wire.Answer = request =>
        {
            queries.Add(request.RequestUri!.Query);
            return new HttpResponseMessage { Content = new StringContent(pages[queries.Count - 1]) };
        };
        var transfer = await bench.OpenAsync();

        var keys = new List<string>();
        await foreach (var listed in Listing.ReadAsync(transfer.Source, "", null, transfer.Retry, Bench.Ct))
            keys.Add(listed.Key);

        Assert.Equal(["a", "b"], keys);
        Assert.DoesNotContain("continuation-token", queries[0], StringComparison.Ordinal);
        Assert.Contains("continuation-token=t%2B1", queries[1], StringComparison.Ordinal);
        Assert.Contains("continuation-token=t2", queries[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listing_out_of_order_is_an_error_that_names_the_store()
    {
        using var bench = await Bench.CreateAsync(moto);
        bench.Wire.Answer = _ => new HttpResponseMessage
        {
            Content = new StringContent(
                "<ListBucketResult><Contents><Key>b</Key></Contents><Contents><Key>a</Key></Contents></ListBucketResult>"),
        };

        var fault = await Assert.ThrowsAsync<Units.TransferFailedException>(() => bench.FindAsync());

        Assert.Contains("The source failed: it listed 'a' after 'b'", fault.Message, StringComparison.Ordinal);
    }

    static async IAsyncEnumerable<ListedObject> List(Dictionary<string, int> bucket)
    {
        await Task.Yield();
        foreach (var (key, size) in bucket.OrderBy(entry => entry.Key, KeyOrder.Instance))
            yield return new ListedObject(key, size, ObjectVersion.Unknown, DateTimeOffset.UnixEpoch);
    }
}
