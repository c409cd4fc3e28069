using System.Text;
using DataTransferHub.Objects.Copying;
using DataTransferHub.Objects.LargeObjects;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.S3;
using DataTransferHub.Servers.S3.Memory;

namespace DataTransferHub.Objects.Tests;

public sealed class FolderToBucketTests(SharedMemoryS3 server) : StoreMoverTests(server, sourceIsFolder: true);

public sealed class BucketToFolderTests(SharedMemoryS3 server) : StoreMoverTests(server, destinationIsFolder: true);

public sealed class FolderToFolderTests(SharedMemoryS3 server)
    : StoreMoverTests(server, sourceIsFolder: true, destinationIsFolder: true);

/// <summary>What the mover does, the same from and to every kind of store.</summary>
public abstract class StoreMoverTests(ISharedServer shared, bool sourceIsFolder = false, bool destinationIsFolder = false)
{
    protected const int MiB = 1 << 20;

    /// <summary>Sizes on both sides of what is held in memory, of the multipart threshold, and of whole parts.</summary>
    public static readonly TheoryData<int> Sizes =
        [0, 1, ObjectCopier.HeldSize, ObjectCopier.HeldSize + 1, 11 * MiB, 13 * MiB + 7, 20 * MiB];

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task An_object_of_any_size_arrives(int size)
    {
        using var bench = await CreateAsync();
        var content = Content.Random(size, size);
        await bench.PutByStoreAsync("object", content);
        Age(bench, "object");

        var result = await bench.TransferAsync();

        AssertAllCopied(bench);
        Assert.Equal(new(1, 0, 0, size), result);
        Assert.Equal(content, await bench.ReadByStoreAsync("object"));
        Assert.Equal(new(0, 0, 1, 0), await bench.TransferAsync());
    }

    [Fact]
    public async Task Odd_keys_arrive_unchanged_and_are_listed_in_order()
    {
        using var bench = await CreateAsync();
        var longest = string.Concat(Enumerable.Repeat("长", 341)) + "x";
        var keys = KeyTests.OddKeys.Select(row => row.Data).Append(longest).Where(IsPossible).Order(KeyOrder.Instance).ToList();
        foreach (var key in keys)
            await bench.PutByStoreAsync(key, Encoding.UTF8.GetBytes("content of " + key));

        var result = await bench.TransferAsync();

        AssertAllCopied(bench);
        Assert.Equal(keys.Count, result.Copied);
        var destination = (await bench.OpenAsync()).Destination;
        var copies = (await destination.ListAsync("", null, null, 1000, Bench.Ct)).Objects;
        Assert.Equal(keys, copies.Select(copy => copy.Key));
        foreach (var copy in copies)
            Assert.Equal("content of " + copy.Key, Encoding.UTF8.GetString(await bench.ReadByStoreAsync(copy.Key)));
    }

    [Fact]
    public async Task A_listing_of_several_pages_is_found_whole_from_any_key_on()
    {
        using var bench = await CreateAsync();
        var keys = Enumerable.Range(0, 1003).Select(i => $"key {i:0000}").ToList();
        await Parallel.ForEachAsync(
            keys, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (key, _) => await bench.PutByStoreAsync(key, [1]));
        var source = (await bench.OpenAsync()).Source;

        var first = await bench.FindAsync();
        var second = await bench.FindAsync(1, first.NextKey);
        var page = await source.ListAsync("key 05", "key 0597", null, 1000, Bench.Ct);

        Assert.Equal((keys[999], null), (first.NextKey, second.NextKey));
        Assert.Equal([(1000, false), (3, true)], new[] { first, second }.Select(batch => (batch.Findings.ToCopy, batch.Findings.IsLast)));
        Assert.True(page.IsLast);
        Assert.Equal(["key 0598", "key 0599"], page.Objects.Select(item => item.Key));
    }

    [Fact]
    public async Task A_changed_object_is_copied_in_its_new_version_and_a_gone_one_has_vanished()
    {
        using var bench = await CreateAsync();
        await bench.PutByStoreAsync("changed", [1]);
        await bench.PutByStoreAsync("gone", [2]);
        await bench.FindAsync();
        await bench.PutByStoreAsync("changed", [3, 4]);
        await bench.DeleteByStoreAsync("gone");

        Assert.Equal(new(1, 0, 1, 2), await bench.CopyUnitAsync(Assert.Single(bench.Units)));
        Assert.Equal(1, bench.Ledger.Outcomes(bench.Run.RunId).Sum(unit => unit.Vanished));

        Assert.Equal([3, 4], await bench.ReadByStoreAsync("changed"));
    }

    [Fact]
    public async Task Only_keys_under_the_prefix_go_below_the_destination_prefix()
    {
        using var bench = await CreateAsync();
        foreach (var key in new[] { "in/one", "in/two+three", "out/four" })
            await bench.PutByStoreAsync(key, [1]);
        bench.Parameters["srcPrefix"] = "in/";
        bench.Parameters["destPrefix"] = "/back up";

        Assert.Equal(2, (await bench.TransferAsync()).Copied);

        var destination = (await bench.OpenAsync()).Destination;
        Assert.Equal(
            ["back up/in/one", "back up/in/two+three"],
            (await destination.ListAsync("", null, null, 1000, Bench.Ct)).Objects.Select(copy => copy.Key));
    }

    [Fact]
    public async Task Parts_that_are_already_there_are_not_sent_again()
    {
        using var bench = await CreateAsync();
        var content = Content.Random(23 * MiB, 3);
        await bench.PutByStoreAsync("large", content);
        await bench.FindAsync();
        var upload = await bench.StartUploadAsync();
        // The activity is ended when it comes to its third part.
        bench.DestinationStores.BeforePart = number => _ = number == 3 ? throw new InvalidOperationException("killed") : number;
        await Assert.ThrowsAsync<InvalidOperationException>(() => bench.CopyPartsAsync(upload));
        bench.DestinationStores.BeforePart = null;
        bench.DestinationStores.PartsSent.Clear();
        var destination = (await bench.OpenAsync()).Destination;
        var session = Assert.Single(await destination.ListUploadsAsync("large", Bench.Ct));
        var there = (await destination.ListPartsAsync("large", session, 1, 5, Bench.Ct)).Select(part => part.Number).ToList();
        Assert.NotEmpty(there);

        var step = await bench.CopyPartsAsync(upload);
        var end = await bench.CompleteAsync(upload, step.ChainState);

        Assert.Equal(StepEnd.Finished, end.End);
        Assert.Equal(Enumerable.Range(1, 5).Except(there), bench.DestinationStores.PartsSent.Order());
        Assert.Equal(content, await bench.ReadByStoreAsync("large"));
    }

    [Fact]
    public async Task Uploads_that_another_client_may_have_started_are_neither_used_nor_removed_but_told()
    {
        using var bench = await CreateAsync();
        var content = Content.Random(13 * MiB, 6);
        await bench.PutByStoreAsync("large", content);
        await bench.FindAsync();
        var destination = (await bench.OpenAsync()).Destination;
        var longer = (await destination.CreateUploadAsync("largest", ObjectAttributes.None, Bench.Ct)).Session;
        bench.WorkArea.BeforeWrite = path => Assert.False(path.Contains("/plan-", StringComparison.Ordinal), "killed");
        await Assert.ThrowsAnyAsync<Exception>(() => bench.StartUploadAsync());
        bench.WorkArea.BeforeWrite = null;
        var lost = Assert.Single(await destination.ListUploadsAsync("large", Bench.Ct));
        var foreign = (await destination.CreateUploadAsync("large", ObjectAttributes.None, Bench.Ct)).Session;
        await destination.UploadPartAsync("large", foreign, new PartRange(1, 0, 1), new MemoryContent(new byte[] { 1 }), null, Bench.Ct);

        var upload = await bench.StartUploadAsync();
        var step = await bench.CopyPartsAsync(upload);
        Assert.Equal(StepEnd.Finished, (await bench.CompleteAsync(upload, step.ChainState)).End);
        await bench.CleanUpAsync();

        Assert.Equal(content, await bench.ReadByStoreAsync("large"));
        var open = await destination.ListUploadsAsync("large", Bench.Ct);
        Assert.Equal(new[] { lost, foreign }.Order(BySession), open.Order(BySession));
        Assert.Equal([longer], await destination.ListUploadsAsync("largest", Bench.Ct));

        // The one without parts may be ours.
        var left = Assert.Single(bench.Leftovers.Of(bench.Run.RunId));
        Assert.Equal(("large", lost.Value), (left.Item, left.Name));
        await destination.AbortUploadAsync("large", lost, Bench.Ct);
        await bench.CleanUpAsync();
        Assert.Empty(bench.Leftovers.Of(bench.Run.RunId));
        Assert.Empty(bench.WorkArea.Files);
    }

    static readonly Comparer<UploadSession> BySession =
        Comparer<UploadSession>.Create((one, other) => string.CompareOrdinal(one.Value, other.Value));

    [Fact]
    public async Task Cleaning_up_drops_an_upload_with_its_parts_and_may_be_done_twice()
    {
        using var bench = await CreateAsync();
        await bench.PutByStoreAsync("large", Content.Random(13 * MiB, 7));
        await bench.FindAsync();
        var upload = await bench.StartUploadAsync();
        bench.DestinationStores.BeforePart = number => _ = number == 2 ? throw new InvalidOperationException("killed") : number;
        await Assert.ThrowsAsync<InvalidOperationException>(() => bench.CopyPartsAsync(upload));
        bench.DestinationStores.BeforePart = null;
        var destination = (await bench.OpenAsync()).Destination;
        Assert.Single(await destination.ListUploadsAsync("large", Bench.Ct));

        await bench.CleanUpAsync();
        await bench.CleanUpAsync();

        Assert.Empty(await destination.ListUploadsAsync("large", Bench.Ct));
        Assert.Empty(bench.WorkArea.Files);
        Assert.Empty(bench.Ledger.Outcomes(bench.Run.RunId));
        Assert.Equal("large", Assert.Single(bench.Logged(2111))["Item"]);
    }

    [Fact]
    public async Task An_upload_that_was_joined_without_our_having_heard_of_it_is_finished()
    {
        using var bench = await CreateAsync();
        var content = Content.Random(13 * MiB, 8);
        await bench.PutByStoreAsync("large", content);
        await bench.FindAsync();
        var upload = await bench.StartUploadAsync();
        var step = await bench.CopyPartsAsync(upload);

        Assert.Equal(StepEnd.Finished, (await bench.CompleteAsync(upload, step.ChainState)).End);
        Assert.Equal(StepEnd.Finished, (await bench.CompleteAsync(upload, step.ChainState)).End);

        Assert.Equal(content, await bench.ReadByStoreAsync("large"));
    }

    private protected static void AssertAllCopied(Bench bench) => Assert.True(bench.Errors.Count == 0, string.Join(" ", bench.Errors));

    private protected async Task<Bench> CreateAsync()
    {
        var bench = await Bench.CreateAsync(shared);
        if (sourceIsFolder)
            bench.UseFolder(StoreSide.Source);
        if (destinationIsFolder)
            bench.UseFolder(StoreSide.Destination);
        return bench;
    }

    // A bucket tells the age of objects in whole seconds: a file of the same second may be younger.
    void Age(Bench bench, string file)
    {
        if (sourceIsFolder)
            File.SetLastWriteTimeUtc(Path.Combine(bench.FolderOf(StoreSide.Source), file), DateTime.UnixEpoch.AddYears(50));
    }

    // A folder has no names of more than 255 bytes, and cannot hold both '..' and '../y'.
    bool IsPossible(string key) => !(sourceIsFolder || destinationIsFolder) || key.Length < 255 && key != "..";
}
