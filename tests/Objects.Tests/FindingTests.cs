using System.Text;
using CsCheck;
using DataTransferHub.Objects.Finding;
using DataTransferHub.Objects.Run;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Stores.S3;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Objects.Units;
using DataTransferHub.Servers.S3;
using DataTransferHub.Servers.S3.Memory;
using DataTransferHub.Tasks.Runs;
using Microsoft.Extensions.Time.Testing;

namespace DataTransferHub.Objects.Tests;

public sealed class FindingTests(SharedMoto moto, SharedMemoryS3 memory)
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

            var there = new SkippingListing(
                After,
                key => Task.FromResult(destination.TryGetValue(key, out var size) ? Listed(key, size) : null),
                farGap);
            var found = new List<Finding.Finding>();
            await foreach (var finding in MergeCompare.RunAsync(List(source), there, key => "p/" + key, true, _ => default))
                found.Add(finding);

            Assert.Equal(source.Count, found.Count);
            Assert.Equal(expected, found.Where(finding => finding.IsChange).Select(finding => finding.Object.Key).ToHashSet());

            IAsyncEnumerable<ListedObject> After(string? key) => List(destination
                .Where(entry => key is null || KeyOrder.Instance.Compare(entry.Key, key) > 0)
                .ToDictionary());
        });

    [Theory]
    [InlineData("")]
    [InlineData("m/1\uFFFD😀")] // shortly before a wanted key
    [InlineData("m/1\U0010FFFF\U0010FFFF")]
    public async Task Millions_of_other_keys_at_the_destination_are_skipped_wherever_they_are(string crowd)
    {
        const int Millions = 10_000_000;
        var source = new Dictionary<string, int> { ["a"] = 1, ["m/1"] = 1, ["m/2"] = 1, ["z"] = 1 };
        int listed = 0, listings = 0;
        var there = new SkippingListing(After, key => Task.FromResult(key is "a" or "m/2" ? Listed(key, 1) : null));
        var found = new List<Finding.Finding>();
        await foreach (var finding in MergeCompare.RunAsync(List(source), there, key => key, comparesChecksums: true, _ => default))
            found.Add(finding);

        Assert.Equal([("a", false), ("m/1", true), ("m/2", false), ("z", true)],
            found.Select(finding => (finding.Object.Key, finding.IsChange)));
        Assert.InRange(listings, 2, 4);
        Assert.InRange(listed, 0, 5 * Listing.PageSize);

        // The key a, the crowd, the key m/2, and another crowd.
        async IAsyncEnumerable<ListedObject> After(string? after)
        {
            listings++;
            foreach (var key in Crowd(crowd.Length == 0 ? "b/" : crowd, after).Prepend("a").Append("m/2").Concat(Crowd("n/", after)))
            {
                if (after is not null && KeyOrder.Instance.Compare(key, after) <= 0)
                    continue;
                listed++;
                yield return Listed(key, 1);
            }

            await Task.CompletedTask;
        }

        static IEnumerable<string> Crowd(string start, string? after) =>
            after is not null && KeyOrder.Instance.Compare(after, $"{start}{Millions - 1:0000000}") > 0
                ? []
                : Enumerable.Range(0, Millions).Select(number => $"{start}{number:0000000}");
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
    public async Task A_change_is_seen_by_size_then_etag_then_age(
        long size, string etag, int second, long otherSize, string otherEtag, int otherSecond, bool isChange) =>
        Assert.Equal(isChange, await Change.FindAsync(
            Listed(size, etag, second), Listed(otherSize, otherEtag, otherSecond), comparesChecksums: true, () => default) is not null);

    [Theory]
    [InlineData("v1", 0, "copy", 9, true)] // overwritten, although the copy's clock says that the copy is younger
    [InlineData("v2", 9, "copy", 0, false)] // both ends as they were, although the source's clock says that it is younger
    [InlineData("v2", 9, "other", 0, true)] // the copy was replaced, and its age decides
    [InlineData("v2", 0, "other", 9, false)]
    [InlineData("", 9, "copy", 0, true)] // no version in the listing
    public async Task Recorded_versions_decide_where_checksums_cannot_be_compared(
        string version, int second, string otherVersion, int otherSecond, bool isChange) =>
        Assert.Equal(isChange, await Change.FindAsync(
            Listed(1, version, second), Listed(1, otherVersion, otherSecond), comparesChecksums: false,
            () => new(new CopiedVersion("k", "v2", "copy"))) is not null);

    /// <summary>At a store whose ETags only look like MD5s, each run copied everything again.</summary>
    [Fact]
    public async Task What_was_copied_to_a_store_of_opaque_etags_is_not_copied_again_until_it_changes()
    {
        var server = await memory.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        server.QuirksOf(bench.DestinationBucket).HasOpaqueETags = true;
        await bench.PutAsync("a", Content.Random(1000, 1));
        await bench.PutAsync("b", Content.Random(13 << 20, 2));
        await bench.PutAsync("c", Content.Random(1000, 3));
        Assert.Equal(3, (await bench.TransferAsync()).Copied);
        Assert.Equal(["a", "b", "c"], bench.Versions.Keys);

        Assert.Equal(0, (await bench.FindAsync()).Findings.ToCopy);
        await bench.PutAsync("c", Content.Random(1000, 4));
        await server.Client.DeleteObjectAsync(bench.SourceBucket, "a", Bench.Ct);

        Assert.Equal(1, (await bench.TransferAsync()).Copied);
        await bench.FindAsync();
        Assert.Equal(["b", "c"], bench.Versions.Keys);
    }

    static ListedObject Listed(long size, string etag, int second) => new(
        "k", size, new ObjectVersion(etag), DateTimeOffset.UnixEpoch.AddSeconds(second), S3ETags.ChecksumOf(etag));

    [Fact]
    public async Task The_first_batch_is_one_page_and_the_next_goes_on_after_it()
    {
        using var bench = await Bench.CreateAsync(moto);
        // A slow machine would end the batch earlier.
        bench.Time = new FakeTimeProvider();
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
    public async Task A_batch_ends_in_time_amid_endless_empty_pages_and_the_next_goes_on_by_the_stores_token()
    {
        var clock = new FakeTimeProvider();
        using var bench = await Bench.CreateAsync(moto);
        bench.Time = clock;
        var queries = new List<string>();
        var emptyPages = int.MaxValue;
        bench.Wire.Answer = request =>
        {
            if (!request.RequestUri!.AbsolutePath.Contains(bench.SourceBucket, StringComparison.Ordinal))
                return null;
            clock.Advance(TimeSpan.FromSeconds(3));
            queries.Add(request.RequestUri.Query);
            var rest = queries.Count > emptyPages ? "<IsTruncated>false</IsTruncated><Contents><Key>z</Key></Contents>"
                : $"<IsTruncated>true</IsTruncated><NextContinuationToken>t{queries.Count}</NextContinuationToken>"
                    + (queries.Count == 1 ? "<Contents><Key>a</Key></Contents>" : "");
            return new HttpResponseMessage { Content = new StringContent($"<ListBucketResult>{rest}</ListBucketResult>") };
        };

        var first = await bench.FindAsync(batch: 1);
        Assert.Equal(("a", "t7", false), (first.NextKey, first.NextToken, first.IsLast));
        Assert.Equal((1, false), (first.Findings.Found, first.Findings.IsLast));
        var (span, batch, taken) = new TransferState(1, null, false, [], new(0, 0, 0, 0, 0)).TakeSpan();
        var state = taken.With(first, span, batch);
        var rest = Assert.Single(state.OpenSpans);
        Assert.Equal(("a", "t7", false), (rest.AfterKey, rest.Token, state.IsAllFound));

        var count = queries.Count;
        var second = await bench.FindAsync(2, rest.AfterKey, token: rest.Token);
        Assert.Contains("continuation-token=t7", queries[count], StringComparison.Ordinal);
        Assert.Equal((0, "a", false), (second.Findings.Found, second.NextKey, second.IsLast));

        emptyPages = queries.Count;
        var last = await bench.FindAsync(3, second.NextKey, token: second.NextToken);
        Assert.Equal((1, true), (last.Findings.Found, last.IsLast));
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
            yield return Listed(key, size);
    }

    static ListedObject Listed(string key, int size) => new(key, size, ObjectVersion.Unknown, DateTimeOffset.UnixEpoch);
}
