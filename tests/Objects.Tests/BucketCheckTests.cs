using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using Amazon.S3.Model;
using DataTransferHub.Objects.Copying;
using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Routes;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Objects.Units;
using DataTransferHub.Servers.S3;
using DataTransferHub.Servers.S3.Memory;

namespace DataTransferHub.Objects.Tests;

/// <summary>Checks fit the bucket: whatever its ETags and its bodies are like, every object arrives, and is verified.</summary>
public sealed class BucketCheckTests(SharedMemoryS3 shared)
{
    const int MiB = 1 << 20;
    const long GiB = 1L << 30;

    /// <summary>Size and parts of the source's object: below the multipart threshold of 12 MiB and above it.</summary>
    static readonly (int Size, int[] Parts)[] Objects =
    [
        (1000, []), (ObjectCopier.HeldSize + 1, []), (13 * MiB, []), (300_000, [300_000]), (11 * MiB, [6 * MiB, 5 * MiB]),
        (18 * MiB, [7 * MiB, 5 * MiB, 6 * MiB]),
    ];

    public static readonly TheoryData<int, int[], EncryptionAnswers> ObjectsByAnswers =
        [.. Enum.GetValues<EncryptionAnswers>().SelectMany(answers => Objects.Select(
            item => new TheoryDataRow<int, int[], EncryptionAnswers>(item.Size, item.Parts, answers)))];

    public static readonly TheoryData<int, int[], bool> ObjectsByForm =
        [.. Objects.SelectMany(item => new TheoryDataRow<int, int[], bool>[]
            { new(item.Size, item.Parts, false), new(item.Size, item.Parts, true) })];

    [Theory]
    [MemberData(nameof(ObjectsByAnswers))]
    public async Task An_object_is_sent_once_to_a_bucket_with_default_kms(int size, int[] parts, EncryptionAnswers answers)
    {
        using var bench = await CreateAsync();
        var quirks = QuirksOf(bench, bench.DestinationBucket);
        quirks.Encryption = "aws:kms";
        quirks.EncryptionAnswers = answers;
        var content = await StoreAsync(bench, size, parts);

        var result = await bench.TransferAsync();

        AssertCopied(bench, result);
        Assert.InRange(bench.Wire.Requests.Count(IsUploadStart), 0, 1);
        Assert.Equal(0, CountReads(bench));
        Assert.Equal(content, await bench.ReadCopyAsync("object"));
        if (answers is not EncryptionAnswers.NotOfUploads)
            Assert.Equal(bench.DestinationStores.PartsSent.Distinct().Count(), bench.DestinationStores.PartsSent.Count);
    }

    [Theory]
    [MemberData(nameof(ObjectsByForm))]
    public async Task Objects_arrive_where_etags_are_no_md5s_and_the_reason_is_not_told(int size, int[] parts, bool isExpress)
    {
        using var bench = await CreateAsync();
        var quirks = QuirksOf(bench, bench.DestinationBucket);
        (quirks.HasOpaqueETags, quirks.HasExpressETags) = (!isExpress, isExpress);
        var content = await StoreAsync(bench, size, parts);

        var result = await bench.TransferAsync();

        AssertCopied(bench, result);
        Assert.Equal(content, await bench.ReadByStoreAsync("object"));
        Assert.Empty(bench.Unproven.Keys);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(18 * MiB)]
    public async Task A_destination_whose_etags_are_no_md5s_is_read_back_once(int size)
    {
        using var bench = await CreateAsync();
        QuirksOf(bench, bench.DestinationBucket).HasOpaqueETags = true;
        var content = await StoreAsync(bench, size, []);
        AssertCopied(bench, await bench.TransferAsync());
        Assert.Equal(1, CountReads(bench));
        bench.Wire.Requests.Clear();
        bench.DestinationStores.PartsSent.Clear();
        await bench.PutAsync("other", content);

        // What was copied is known by its recorded version, although its ETag differs from that of the source.
        Assert.Equal(1, (await bench.TransferAsync()).Copied);

        Assert.Equal(0, CountReads(bench));
        Assert.Equal(bench.DestinationStores.PartsSent.Distinct().Count(), bench.DestinationStores.PartsSent.Count);
        Assert.Equal(content, await bench.ReadByStoreAsync("other"));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(ObjectCopier.HeldSize + 1)]
    [InlineData(13 * MiB)]
    public async Task Objects_arrive_from_a_source_over_tls_whose_etags_are_no_md5s(int size)
    {
        using var bench = await Bench.CreateAsync(
            await shared.GetServerAsync(), options => options.MaximumAttempts = 2, new PretendedTls());
        bench.Parameters["srcEndpoint"] = new UriBuilder(bench.Server.Url) { Scheme = "https" }.Uri.ToString();
        QuirksOf(bench, bench.SourceBucket).HasOpaqueETags = true;
        var content = await StoreAsync(bench, size, []);

        AssertCopied(bench, await bench.TransferAsync());

        Assert.Equal(content, await bench.ReadCopyAsync("object"));
        if (size > 12 * MiB)
            return;
        bench.Wire.Requests.Clear();
        await bench.CopyObjectAsync("object");
        Assert.Single(bench.Wire.Requests, request => request.StartsWith("PUT", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(11 * MiB, 6 * MiB, 5 * MiB)]
    [InlineData(18 * MiB, 7 * MiB, 5 * MiB, 6 * MiB)]
    public async Task Joined_objects_arrive_from_a_source_over_tls_whose_etags_are_of_its_own_making(int size, params int[] parts)
    {
        using var bench = await Bench.CreateAsync(
            await shared.GetServerAsync(), options => options.MaximumAttempts = 2, new PretendedTls());
        bench.Parameters["srcEndpoint"] = new UriBuilder(bench.Server.Url) { Scheme = "https" }.Uri.ToString();
        QuirksOf(bench, bench.SourceBucket).HasOtherCompositeETags = true;
        var content = await StoreAsync(bench, size, parts);

        AssertCopied(bench, await bench.TransferAsync());

        Assert.Equal(content, await bench.ReadCopyAsync("object"));
    }

    [Fact]
    public async Task A_wrong_object_is_not_copied_from_a_source_over_tls_whose_etags_are_md5s()
    {
        using var bench = await Bench.CreateAsync(
            await shared.GetServerAsync(), options => options.MaximumAttempts = 2, new PretendedTls());
        bench.Parameters["srcEndpoint"] = new UriBuilder(bench.Server.Url) { Scheme = "https" }.Uri.ToString();
        await bench.PutAsync("right", Content.Random(1000, 1));
        await bench.PutAsync("wrong", Content.Random(1000, 2));
        bench.Wire.FlipsResponse = request => request.Method == HttpMethod.Get
            && request.RequestUri!.AbsolutePath == $"/{bench.SourceBucket}/wrong";
        Assert.IsType<CopyOutcome.Copied>(await bench.CopyObjectAsync("right"));

        Assert.IsType<CopyOutcome.Failed>(await bench.CopyObjectAsync("wrong"));

        Assert.Equal("right", Assert.Single(await bench.ListCopiesAsync()).Key);
    }

    [Fact]
    public async Task A_wrong_part_does_not_arrive_where_etags_are_no_md5s()
    {
        using var bench = await CreateAsync();
        var quirks = QuirksOf(bench, bench.DestinationBucket);
        quirks.HasOpaqueETags = quirks.IgnoresDigests = true;
        quirks.Damages = call => call.PartNumber == 2;
        var content = await StoreAsync(bench, 13 * MiB, []);

        Assert.Equal(1, (await bench.TransferAsync()).Failed);

        Assert.Empty(await bench.ListCopiesAsync());
        Assert.Empty(bench.Unproven.Keys);
        quirks.Damages = _ => false;
        Assert.Equal(1, (await bench.TransferAsync()).Copied);
        Assert.Equal(content, await bench.ReadByStoreAsync("object"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_object_too_large_to_be_read_back_is_proven_by_one_part(bool isRight)
    {
        using var bench = await CreateAsync();
        var content = Content.Random(1000, 1);
        await bench.Server.PutAsync(bench.DestinationBucket, "object", content);
        var transfer = await bench.OpenAsync();
        var head = await transfer.Destination.HeadAsync("object", Bench.Ct);
        var sent = Stores.Checksum.OfMd5(MD5.HashData(isRight ? content.AsSpan(200, 300) : content.AsSpan(0, 300)));

        var fault = await Record.ExceptionAsync(() => transfer.ProvePartAsync(
            "object", new WriteResult(head.Version, head.Checksum), new PartRange(2, 200, 300), sent, Bench.Ct));

        Assert.Equal(isRight ? null : (StoreFault?)StoreFault.Corrupt, (fault as StoreException)?.Fault);
        Assert.Equal(isRight ? 1 : 0, (await bench.ListCopiesAsync()).Count);
        Assert.Empty(bench.Unproven.Keys);
    }

    [Theory]
    [InlineData(1000, "Amazon_S3")]
    [InlineData(ObjectCopier.HeldSize + 1, "Amazon_S3")]
    [InlineData(13 * MiB, "Amazon_S3")]
    [InlineData(1000, "Google_GCS")]
    [InlineData(13 * MiB, "Google_GCS")]
    public async Task Objects_that_the_service_would_decompress_arrive_as_they_are_stored(int size, string service)
    {
        using var bench = await CreateAsync();
        bench.Parameters["srcType"] = service;
        bench.Parameters["srcRegion"] = "us-east-1";
        QuirksOf(bench, bench.SourceBucket).TranscodesGzip = true;
        var stored = Compress(Content.Random(size, size));
        using (var body = new MemoryStream(stored))
        {
            var request = new PutObjectRequest
            {
                BucketName = bench.SourceBucket,
                Key = "object",
                InputStream = body,
                UseChunkEncoding = false,
            };
            request.Headers.ContentEncoding = "gzip";
            await bench.Server.Client.PutObjectAsync(request, Bench.Ct);
        }

        AssertCopied(bench, await bench.TransferAsync());

        Assert.Equal(stored, await bench.ReadByStoreAsync("object"));
        var head = await (await bench.OpenAsync()).Destination.HeadAsync("object", Bench.Ct);
        Assert.Equal("gzip", head.Metadata.ContentEncoding);
    }

    [Fact]
    public async Task Parts_of_more_than_2_GiB_are_sent_and_requested_with_their_real_sizes()
    {
        using var bench = await CreateAsync();
        var layout = new PartLayout(11 * GiB, 5 * GiB);
        Assert.Equal((3, 10 * GiB, GiB), (layout.Parts, layout[3].Offset, layout[3].Length));
        Assert.Equal(layout, PartLayout.Of([5 * GiB, 5 * GiB, GiB]));
        Assert.False(Route.CanHold(layout[1].Length));
        var seen = new List<string>();
        bench.Wire.Answer = request =>
        {
            seen.Add(request.Method == HttpMethod.Put
                ? $"{request.Content!.Headers.ContentLength}" : $"{request.Headers.NonValidated["Range"]}");
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([]) };
            response.Content.Headers.ContentLength = 5 * GiB;
            return response;
        };
        var transfer = await bench.OpenAsync();

        using var body = await transfer.Source.GetAsync("object", layout[2].Range, ObjectVersion.Unknown, Bench.Ct);
        var part = await transfer.Destination.UploadPartAsync(
            "object", new UploadSession("id"), layout[2], new Unread(layout[2].Length), null, Bench.Ct);

        Assert.Equal(5 * GiB, body.Head.Size);
        Assert.Equal(5 * GiB, part.Size);
        Assert.Equal([$"bytes={5 * GiB}-{10 * GiB - 1}", $"{5 * GiB}"], seen);
    }

    async Task<Bench> CreateAsync() => await Bench.CreateAsync(shared, options => options.MaximumAttempts = 2);

    static BucketQuirks QuirksOf(Bench bench, string bucket) => ((MemoryS3Server)bench.Server).QuirksOf(bucket);

    static void AssertCopied(Bench bench, UnitResult result)
    {
        Assert.True(bench.Errors.Count == 0, string.Join(" ", bench.Errors));
        Assert.Equal(1, result.Copied);
    }

    static int CountReads(Bench bench) => bench.Wire.Requests.Count(
        request => request.StartsWith($"GET /{bench.DestinationBucket}/", StringComparison.Ordinal)
            && !request.Contains("uploadId", StringComparison.Ordinal));

    static bool IsUploadStart(string request) =>
        request.StartsWith("POST", StringComparison.Ordinal) && request.EndsWith("?uploads", StringComparison.Ordinal);

    static async Task<byte[]> StoreAsync(Bench bench, int size, int[] parts)
    {
        var content = Content.Random(size, size);
        if (parts.Length == 0)
            await bench.PutAsync("object", content);
        else
            await bench.Server.PutInPartsAsync(bench.SourceBucket, "object", content, parts);
        return content;
    }

    static byte[] Compress(byte[] content)
    {
        using var stored = new MemoryStream();
        using (var gzip = new GZipStream(stored, CompressionLevel.Fastest))
            gzip.Write(content);
        return stored.ToArray();
    }

    // Sends requests for https addresses without TLS.
    sealed class PretendedTls() : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new UriBuilder(request.RequestUri!) { Scheme = "http" }.Uri;
            return base.SendAsync(request, cancellationToken);
        }
    }

    // Content that is as large as it says, and that no test may read.
    sealed class Unread(long length) : ObjectContent(length)
    {
        public override Task WriteToAsync(Stream destination, Action progress, CancellationToken cancellationToken) =>
            throw new InvalidOperationException();
    }
}
