using DataTransferHub.Objects.Copying;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.Faults;
using DataTransferHub.Servers.S3;
using DataTransferHub.Servers.S3.Memory;

namespace DataTransferHub.Objects.Tests;

/// <summary>Stores that differ from Amazon S3, each in one way, or do damage: whatever is copied arrives intact.</summary>
public sealed class QuirkTests(SharedMemoryS3 shared)
{
    const int MiB = 1 << 20;

    static readonly Dictionary<string, Action<BucketQuirks>> ByName = new()
    {
        ["keys of KMS"] = quirks => quirks.Encryption = "aws:kms",
        ["partNumber ignored"] = quirks => quirks.PartReads = PartReads.Ignored,
        ["partNumber refused"] = quirks => quirks.PartReads = PartReads.Refused,
        ["completion without ETag"] = quirks => quirks.HidesCompositeETags = true,
        ["short pages"] = quirks => quirks.MaximumKeysPerPage = 2,
        ["empty pages"] = quirks => quirks.EmptyPages = 1,
        ["list-type=2 ignored"] = quirks => quirks.Listings = ListingVersions.FirstIgnoringSecond,
        ["no lengths"] = quirks => quirks.HidesLengths = true,
        ["ETags of S3 Express"] = quirks => quirks.HasExpressETags = true,
        ["a CRC64NVME of each object"] = quirks => quirks.Checksums = ChecksumSupport.Always,
        ["checksums ignored"] = quirks => quirks.Checksums = ChecksumSupport.Ignored,
        ["gzip decompressed"] = quirks => quirks.TranscodesGzip = true,
    };

    public static readonly TheoryData<string, bool> Sides =
        [.. ByName.Keys.SelectMany(name => new TheoryDataRow<string, bool>[] { new(name, true), new(name, false) })];

    [Theory]
    [MemberData(nameof(Sides))]
    public async Task A_store_with_a_quirk_is_copied_from_and_to(string quirk, bool isSource)
    {
        var server = await shared.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        ByName[quirk](server.QuirksOf(isSource ? bench.SourceBucket : bench.DestinationBucket));
        var contents = new Dictionary<string, byte[]>
        {
            ["composite/large"] = Content.Random(17 * MiB, 1),
            ["composite/small"] = Content.Random(300_000, 2),
            ["empty"] = [],
            ["held"] = Content.Random(1000, 3),
            ["large"] = Content.Random(13 * MiB, 4),
            ["streamed"] = Content.Random(300_000, 5),
        };
        foreach (var (key, content) in contents.Where(entry => !entry.Key.StartsWith("composite/", StringComparison.Ordinal)))
            await bench.PutAsync(key, content);
        await server.PutInPartsAsync(bench.SourceBucket, "composite/large", contents["composite/large"], 6 * MiB, 6 * MiB, 5 * MiB);
        await server.PutInPartsAsync(bench.SourceBucket, "composite/small", contents["composite/small"], 300_000);

        var result = await bench.TransferAsync();

        Assert.True(bench.Errors.Count == 0, string.Join(" ", bench.Errors));
        Assert.Equal(contents.Count, result.Copied);
        // By our own client: the SDK takes ETags for MD5s.
        foreach (var (key, content) in contents)
            Assert.Equal(content, await bench.ReadByStoreAsync(key));
    }

    /// <summary>Parts of the source's object: none for one piece; below the multipart threshold of 12 MiB and above it.</summary>
    public static readonly TheoryData<int, int[]> Objects = new()
    {
        { 1000, [] },
        { ObjectCopier.HeldSize + 1, [] },
        { 13 * MiB, [] },
        { 300_000, [300_000] },
        { 11 * MiB, [6 * MiB, 5 * MiB] },
        { 18 * MiB, [7 * MiB, 5 * MiB, 6 * MiB] },
    };

    [Theory]
    [MemberData(nameof(Objects))]
    public async Task Objects_arrive_in_a_bucket_that_encrypts_with_kms_by_default(int size, int[] parts)
    {
        using var bench = await CreateAsync();
        Quirks(bench, bench.DestinationBucket).Encryption = "aws:kms";
        var content = await StoreAsync(bench, size, parts);

        var result = await bench.TransferAsync();

        Assert.Empty(bench.Errors);
        Assert.Equal(1, result.Copied);
        Assert.Equal(content, await bench.ReadCopyAsync("object"));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(ObjectCopier.HeldSize + 1)]
    public async Task Objects_in_one_piece_arrive_where_etags_look_like_md5s_and_are_none(int size)
    {
        using var bench = await CreateAsync();
        Quirks(bench, bench.DestinationBucket).HasOpaqueETags = true;
        var content = await StoreAsync(bench, size, []);

        Assert.Equal(1, (await bench.TransferAsync()).Copied);

        // By our own client: the SDK takes the ETag for an MD5.
        using var copy = await (await bench.OpenAsync()).Destination.GetAsync("object", null, ObjectVersion.Unknown, Bench.Ct);
        using var bytes = new MemoryStream();
        await copy.Content.CopyToAsync(bytes, Bench.Ct);
        Assert.Equal(content, bytes.ToArray());
    }

    [Theory]
    [MemberData(nameof(Objects))]
    public async Task A_store_that_takes_damaged_bytes_is_left_without_them(int size, int[] parts)
    {
        using var bench = await CreateAsync();
        var quirks = Quirks(bench, bench.DestinationBucket);
        quirks.IgnoresDigests = true;
        quirks.Damages = _ => true;
        await StoreAsync(bench, size, parts);

        var result = await bench.TransferAsync();

        Assert.Equal((0, 1), (result.Copied, result.Failed));
        Assert.Empty(await bench.ListCopiesAsync());
        quirks.Damages = _ => false;
        Assert.Equal(1, (await bench.TransferAsync()).Copied);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task A_wrong_copy_that_cannot_be_judged_or_removed_is_copied_again_by_the_next_run(string denied)
    {
        using var bench = await CreateAsync();
        var quirks = Quirks(bench, bench.DestinationBucket);
        var content = await StoreAsync(bench, 11 * MiB, [6 * MiB, 5 * MiB]);
        quirks.IgnoresDigests = true;
        quirks.Damages = _ => true;
        quirks.Script = call => call.Method == denied && call.Key == "object" ? new Fault.Answer(403, "AccessDenied") : null;

        Assert.Equal(1, (await bench.TransferAsync()).Failed);
        Assert.Contains("the next run copies", Assert.Single(bench.Errors), StringComparison.Ordinal);
        Assert.Single(await bench.ListCopiesAsync());
        Assert.Equal(["object"], bench.Unproven.Keys);

        // By size, age and the form of its ETag the existing object passes for a copy.
        quirks.Damages = _ => false;
        Assert.Equal(1, (await bench.TransferAsync()).Copied);
        quirks.Script = _ => null;
        Assert.Equal(content, await bench.ReadCopyAsync("object"));
        Assert.Empty(bench.Unproven.Keys);
    }

    [Theory]
    [MemberData(nameof(Objects))]
    public async Task Keys_that_may_write_and_not_read_are_enough_where_nothing_is_doubtful(int size, int[] parts)
    {
        using var bench = await CreateAsync();
        var quirks = Quirks(bench, bench.DestinationBucket);
        quirks.Script = call => call.Method is "GET" or "HEAD" && call.Key.Length > 0 && call.UploadId is null
            ? new Fault.Answer(403, "AccessDenied") : null;
        var content = await StoreAsync(bench, size, parts);

        Assert.Equal(1, (await bench.TransferAsync()).Copied);

        quirks.Script = _ => null;
        Assert.Equal(content, await bench.ReadCopyAsync("object"));
    }

    [Fact]
    public async Task Joined_objects_whose_etags_are_of_the_stores_own_making_are_judged_by_their_bytes_and_stay()
    {
        using var bench = await CreateAsync();
        Quirks(bench, bench.DestinationBucket).HasOtherCompositeETags = true;
        var content = await StoreAsync(bench, 18 * MiB, [7 * MiB, 5 * MiB, 6 * MiB]);

        Assert.Equal(1, (await bench.TransferAsync()).Copied);

        Assert.Equal(content, await bench.ReadCopyAsync("object"));
        Assert.Empty(bench.Unproven.Keys);
    }

    [Fact]
    public async Task An_older_object_of_the_same_size_is_not_taken_for_an_upload_that_is_gone()
    {
        using var bench = await CreateAsync();
        var quirks = Quirks(bench, bench.DestinationBucket);
        quirks.Encryption = "aws:kms";
        await bench.Server.PutInPartsAsync(bench.DestinationBucket, "object", Content.Random(13 * MiB, 1), 5 * MiB, 5 * MiB, 3 * MiB);
        var content = await StoreAsync(bench, 13 * MiB, [5 * MiB, 5 * MiB, 3 * MiB]);
        var lost = 0;
        quirks.Script = call => call.Kind == RequestKind.CompleteUpload && Interlocked.Increment(ref lost) == 1
            ? new Fault.Answer(404, "NoSuchUpload") : null;

        Assert.Equal(1, (await bench.TransferAsync()).Copied);

        Assert.Equal(content, await bench.ReadCopyAsync("object"));
        Assert.Equal(2, lost);
    }

    [Fact]
    public async Task An_upload_whose_completion_was_not_heard_of_is_taken_where_etags_say_nothing()
    {
        using var bench = await CreateAsync();
        var quirks = Quirks(bench, bench.DestinationBucket);
        quirks.Encryption = "aws:kms";
        var content = await StoreAsync(bench, 13 * MiB, []);
        var completions = 0;
        quirks.Script = call => call.Kind == RequestKind.CompleteUpload && Interlocked.Increment(ref completions) == 1
            ? new Fault.DropAnswer() : null;

        Assert.Equal(1, (await bench.TransferAsync()).Copied);

        Assert.Equal(content, await bench.ReadCopyAsync("object"));
        Assert.Equal(
            1,
            bench.Wire.Requests.Count(
                request => request.EndsWith("?uploads", StringComparison.Ordinal) && request.StartsWith("POST", StringComparison.Ordinal)));
    }

    async Task<Bench> CreateAsync() => await Bench.CreateAsync(shared, options => options.MaximumAttempts = 2);

    static BucketQuirks Quirks(Bench bench, string bucket) => ((MemoryS3Server)bench.Server).QuirksOf(bucket);

    static async Task<byte[]> StoreAsync(Bench bench, int size, int[] parts)
    {
        var content = Content.Random(size, size);
        if (parts.Length == 0)
            await bench.PutAsync("object", content);
        else
            await bench.Server.PutInPartsAsync(bench.SourceBucket, "object", content, parts);
        return content;
    }
}
