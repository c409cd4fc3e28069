using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using DataTransferHub.Objects.Copying;
using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.LargeObjects;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Objects.Units;
using DataTransferHub.Servers.S3;
using DataTransferHub.Servers.S3.Memory;

namespace DataTransferHub.Objects.Tests;

/// <summary>CRCs and SHA-256s of whole objects: used where both stores have them, and missed by nobody where they do not.</summary>
public sealed class AdditionalChecksumTests(SharedMemoryS3 shared)
{
    const int MiB = 1 << 20;

    static readonly string[] Kinds = [nameof(ChecksumKind.Crc64Nvme), nameof(ChecksumKind.Crc32C), nameof(ChecksumKind.Sha256)];

    public static readonly TheoryData<string, int, ChecksumSupport> Wholes =
        [.. from kind in Kinds
            from size in new[] { 0, 1000, ObjectCopier.HeldSize + 1 }
            from support in Enum.GetValues<ChecksumSupport>()
            select new TheoryDataRow<string, int, ChecksumSupport>(kind, size, support)];

    public static readonly TheoryData<string, ChecksumSupport> Larges =
        [.. from kind in Kinds
            from support in Enum.GetValues<ChecksumSupport>()
            select new TheoryDataRow<string, ChecksumSupport>(kind, support)];

    [Theory]
    [MemberData(nameof(Wholes))]
    public async Task An_object_in_one_piece_is_verified_by_the_best_checksum_that_both_stores_have(
        string kind, int size, ChecksumSupport destination)
    {
        using var bench = await CreateAsync();
        QuirksOf(bench, bench.DestinationBucket).Checksums = destination;
        var content = await StoreAsync(bench, "object", size, kind);

        var copied = Assert.IsType<CopyOutcome.Copied>(await bench.CopyObjectAsync("object"));

        var isConfirmed = destination is ChecksumSupport.OnRequest or ChecksumSupport.Always;
        Assert.Equal(isConfirmed ? Enum.Parse<Verification>(kind) : Verification.Md5, copied.VerifiedBy);
        Assert.Equal(content, await bench.ReadByStoreAsync("object"));
    }

    [Theory]
    [InlineData(nameof(ChecksumKind.Crc64Nvme), 1000)]
    [InlineData(nameof(ChecksumKind.Crc32C), ObjectCopier.HeldSize + 1)]
    [InlineData(nameof(ChecksumKind.Sha256), ObjectCopier.HeldSize + 1)]
    public async Task A_checksum_of_the_source_replaces_the_second_read_where_its_etag_is_no_md5(string kind, int size)
    {
        using var bench = await CreateAsync();
        QuirksOf(bench, bench.SourceBucket).Encryption = "aws:kms";
        QuirksOf(bench, bench.DestinationBucket).Checksums = ChecksumSupport.Ignored;
        await StoreAsync(bench, "object", size, kind);

        var copied = Assert.IsType<CopyOutcome.Copied>(await bench.CopyObjectAsync("object"));

        Assert.Equal(Enum.Parse<Verification>(kind), copied.VerifiedBy);
        Assert.Equal(1, bench.Wire.Requests.Count(request => request == $"GET /{bench.SourceBucket}/object"));
    }

    [Theory]
    [MemberData(nameof(Larges))]
    public async Task A_large_object_is_verified_by_the_crc_of_its_source_combined_of_its_parts(string kind, ChecksumSupport destination)
    {
        using var bench = await CreateAsync();
        QuirksOf(bench, bench.DestinationBucket).Checksums = destination;
        var content = await StoreAsync(bench, "object", 13 * MiB + 7, kind);

        var step = await CopyLargeAsync(bench);

        // A SHA-256 cannot be combined.
        Assert.Equal(kind == nameof(ChecksumKind.Sha256) ? Verification.Md5 : Enum.Parse<Verification>(kind), step.VerifiedBy);
        Assert.Equal(content, await bench.ReadByStoreAsync("object"));
    }

    [Fact]
    public async Task A_composite_object_with_a_crc_keeps_its_boundaries_and_is_not_copied_again()
    {
        using var bench = await CreateAsync();
        QuirksOf(bench, bench.SourceBucket).Checksums = ChecksumSupport.Always;
        var etag = await bench.Server.PutInPartsAsync(
            bench.SourceBucket, "object", Content.Random(18 * MiB, 1), 7 * MiB, 5 * MiB, 6 * MiB);

        Assert.Equal(Verification.Crc64Nvme, (await CopyLargeAsync(bench)).VerifiedBy);

        Assert.Equal(etag, Assert.Single(await bench.ListCopiesAsync()).ETag);
        Assert.Equal(0, (await bench.FindAsync(1)).LargeUnits);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(ObjectCopier.HeldSize + 1)]
    [InlineData(13 * MiB)]
    public async Task A_byte_that_flips_on_the_way_from_the_source_is_noticed_by_the_crc(int size)
    {
        using var bench = await CreateAsync();
        QuirksOf(bench, bench.SourceBucket).Encryption = "aws:kms";
        var content = await StoreAsync(bench, "object", size, nameof(ChecksumKind.Crc64Nvme));
        var isFlipping = true;
        bench.Wire.FlipsResponse = request =>
            isFlipping && request.Method == HttpMethod.Get && request.RequestUri!.AbsolutePath == $"/{bench.SourceBucket}/object";

        Assert.Equal(1, (await bench.TransferAsync()).Failed);

        Assert.Contains("have the checksum", Assert.Single(bench.Errors), StringComparison.Ordinal);
        Assert.Empty(await bench.ListCopiesAsync());
        isFlipping = false;
        Assert.Equal(1, (await bench.TransferAsync()).Copied);
        Assert.Equal(content, await bench.ReadCopyAsync("object"));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(13 * MiB)]
    public async Task A_wrong_copy_is_noticed_by_the_crc_in_the_response_where_etags_mean_nothing(int size)
    {
        using var bench = await CreateAsync();
        var quirks = QuirksOf(bench, bench.DestinationBucket);
        quirks.Encryption = "aws:kms";
        quirks.Checksums = ChecksumSupport.Always;
        quirks.IgnoresDigests = true;
        quirks.Damages = call => call.PartNumber is null or 2;
        var content = await StoreAsync(bench, "object", size, nameof(ChecksumKind.Crc64Nvme));

        Assert.Equal(1, (await bench.TransferAsync()).Failed);

        Assert.Empty(await bench.ListCopiesAsync());
        Assert.Empty(bench.Unproven.Keys);
        quirks.Damages = _ => false;
        Assert.Equal(1, (await bench.TransferAsync()).Copied);
        Assert.Equal(content, await bench.ReadCopyAsync("object"));
    }

    [Fact]
    public async Task Stores_that_refuse_checksums_are_asked_once()
    {
        using var bench = await CreateAsync();
        foreach (var key in new[] { "1", "2", "3" })
            await StoreAsync(bench, key, 1000, nameof(ChecksumKind.Crc64Nvme));
        QuirksOf(bench, bench.DestinationBucket).Checksums = ChecksumSupport.Refused;
        var sent = Watch(bench);

        foreach (var key in new[] { "1", "2" })
            Assert.IsType<CopyOutcome.Copied>(await bench.CopyObjectAsync(key));
        Assert.Single(sent, header => header == "PUT x-amz-checksum-crc64nvme");
        sent.Clear();
        QuirksOf(bench, bench.SourceBucket).Checksums = ChecksumSupport.Refused;

        Assert.Equal(Verification.Md5, Assert.IsType<CopyOutcome.Copied>(await bench.CopyObjectAsync("3")).VerifiedBy);
        Assert.Equal(["HEAD x-amz-checksum-mode"], sent);
    }

    [Fact]
    public async Task An_object_that_is_refused_for_another_reason_does_not_end_the_use_of_checksums()
    {
        using var bench = await CreateAsync();
        await StoreAsync(bench, "bad", 1000, nameof(ChecksumKind.Crc64Nvme));
        await StoreAsync(bench, "good", 1000, nameof(ChecksumKind.Crc64Nvme));
        QuirksOf(bench, bench.DestinationBucket).Script = call =>
            call is { Key: "bad", Method: "PUT" } ? new Fault.Answer(400, "InvalidArgument") : null;

        var failed = Assert.IsType<CopyOutcome.Failed>(await bench.CopyObjectAsync("bad"));

        Assert.Contains("InvalidArgument (400): Scripted", failed.Item.Error, StringComparison.Ordinal);
        Assert.Equal(
            Verification.Crc64Nvme, Assert.IsType<CopyOutcome.Copied>(await bench.CopyObjectAsync("good")).VerifiedBy);
    }

    [Fact]
    public async Task Objects_without_checksums_are_reported_as_what_they_are()
    {
        using var bench = await CreateAsync();
        QuirksOf(bench, bench.SourceBucket).Encryption = "aws:kms";
        await bench.PutAsync("small", Content.Random(1000, 1));
        await bench.PutAsync("object", Content.Random(13 * MiB, 2));

        Assert.Equal(
            Verification.TwoReads, Assert.IsType<CopyOutcome.Copied>(await bench.CopyObjectAsync("small")).VerifiedBy);
        Assert.Equal(Verification.TwoReads, (await CopyLargeAsync(bench)).VerifiedBy);
    }

    [Theory]
    [InlineData("crc32c", "4waSgw==", "FULL_OBJECT", true, "e3069283")]
    [InlineData("crc32c", "4waSgw==", null, false, "e3069283")]
    [InlineData("crc32c", "4waSgw==", null, true, null)]
    [InlineData("crc32c", "4waSgw==-2", "COMPOSITE", true, null)]
    [InlineData("crc32c", "4waSgw==-2", null, true, null)]
    [InlineData("sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "COMPOSITE", true, null)]
    [InlineData("crc64nvme", "rosUhgp5mIg=", null, true, "ae8b14860a799888")]
    [InlineData("crc64nvme", "4waSgw==", "FULL_OBJECT", true, null)]
    [InlineData("crc64nvme", "nonsense!", "FULL_OBJECT", true, null)]
    public async Task Only_checksums_of_the_whole_content_are_read(
        string algorithm, string value, string? type, bool isJoined, string? expected)
    {
        using var bench = await CreateAsync();
        bench.Wire.Answer = request =>
        {
            var etag = "0cc175b9c0f1b6a831c399e269772661" + (isJoined ? "-2" : "");
            var response = new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(
                    $"<CompleteMultipartUploadResult><Location><Bucket/></Location><ETag>{etag}</ETag>"
                    + $"<Checksum{algorithm.ToUpperInvariant()}>{value}</Checksum{algorithm.ToUpperInvariant()}>"
                    + (type is null ? "" : $"<ChecksumType>{type}</ChecksumType>") + "</CompleteMultipartUploadResult>"),
            };
            response.Headers.TryAddWithoutValidation("ETag", $"\"{etag}\"");
            response.Headers.TryAddWithoutValidation($"x-amz-checksum-{algorithm}", value);
            if (type is not null)
                response.Headers.TryAddWithoutValidation("x-amz-checksum-type", type);
            return response;
        };
        var transfer = await bench.OpenAsync();

        var head = await transfer.Source.HeadAsync("object", Bench.Ct);
        Assert.Equal(expected, head.Additional?.Value);
        if (isJoined)
        {
            var joined = await transfer.Destination.CompleteUploadAsync("object", new UploadSession("id"), [], Bench.Ct);
            Assert.Equal(expected, joined.Additional?.Value);
        }
    }

    [Fact]
    public async Task A_large_object_with_a_crc_is_resumed_where_etags_mean_nothing()
    {
        using var bench = await CreateAsync();
        QuirksOf(bench, bench.DestinationBucket).Encryption = "aws:kms";
        QuirksOf(bench, bench.DestinationBucket).Checksums = ChecksumSupport.Always;
        var content = await StoreAsync(bench, "object", 23 * MiB, nameof(ChecksumKind.Crc64Nvme));
        await bench.FindAsync();
        var upload = await bench.StartUploadAsync();
        bench.DestinationStores.BeforePart = number => _ = number == 3 ? throw new InvalidOperationException("killed") : number;
        await Assert.ThrowsAsync<InvalidOperationException>(() => bench.CopyPartsAsync(upload));
        bench.DestinationStores.BeforePart = null;
        bench.DestinationStores.PartsSent.Clear();
        var destination = (await bench.OpenAsync()).Destination;
        var session = Assert.Single(await destination.ListUploadsAsync("object", Bench.Ct));
        var there = (await destination.ListPartsAsync("object", session, 1, 5, Bench.Ct)).Select(part => part.Number).ToList();

        await bench.CopyPartsAsync(upload);
        var step = await bench.CompleteAsync(upload, null);

        Assert.Equal((StepEnd.Finished, Verification.Crc64Nvme), (step.End, step.VerifiedBy));
        Assert.Equal(Enumerable.Range(1, 5).Except(there), bench.DestinationStores.PartsSent.Order());
        Assert.Equal(content, await bench.ReadByStoreAsync("object"));
    }

    [Fact]
    public void Records_of_earlier_versions_are_read()
    {
        var plan = JsonSerializer.Deserialize<UploadPlan>(
            """
            {"Key":"k","DestinationKey":"d","ETag":"0cc175b9c0f1b6a831c399e269772661","UploadId":"u","Layout":{"Size":9,"PartSize":5},
             "PartsPerGroup":1,"Check":0,"IsHeld":false,"ReplacedETag":null}
            """)!;
        var part = JsonSerializer.Deserialize<CopiedPart>("""{"ETag":"e","Md5":"0cc175b9c0f1b6a831c399e269772661","HasStoredMd5":true}""")!;
        var step = JsonSerializer.Deserialize<StepResult>("""{"End":"Finished","Error":null,"ChainState":null,"Unit":null}""")!;

        Assert.Equal((Verification.Md5, null), (plan.VerifiedBy, plan.CrcKind));
        Assert.Equal((true, false, null), (part.IsConfirmed, part.HasOtherMd5, part.Crc));
        Assert.Equal((StepEnd.Finished, null), (step.End, step.VerifiedBy));
    }

    async Task<Bench> CreateAsync() => await Bench.CreateAsync(shared, options => options.MaximumAttempts = 2);

    static BucketQuirks QuirksOf(Bench bench, string bucket) => ((MemoryS3Server)bench.Server).QuirksOf(bucket);

    static async Task<byte[]> StoreAsync(Bench bench, string key, int size, string kind)
    {
        var content = Content.Random(size, size);
        using var hash = new BodyHash(other: Enum.Parse<ChecksumKind>(kind));
        hash.Append(content);
        await (await bench.OpenAsync()).Source.PutAsync(
            key, new MemoryContent(content) { Additional = hash.Other }, null, ObjectAttributes.None, Bench.Ct);
        bench.Wire.Requests.Clear();
        return content;
    }

    // Copies the source's one large object.
    static async Task<StepResult> CopyLargeAsync(Bench bench)
    {
        await bench.FindAsync();
        var upload = await bench.StartUploadAsync();
        var copied = await bench.CopyPartsAsync(upload);
        Assert.Equal(StepEnd.Done, copied.End);
        var step = await bench.CompleteAsync(upload, copied.ChainState);
        Assert.Equal(StepEnd.Finished, step.End);
        return step;
    }

    // Method and name of each header about checksums that is sent.
    static ConcurrentQueue<string> Watch(Bench bench)
    {
        var sent = new ConcurrentQueue<string>();
        bench.Wire.Answer = request =>
        {
            foreach (var (name, _) in request.Headers.NonValidated)
            {
                if (name.StartsWith("x-amz-checksum-", StringComparison.OrdinalIgnoreCase))
                    sent.Enqueue($"{request.Method} {name}");
            }

            return null;
        };
        return sent;
    }
}
