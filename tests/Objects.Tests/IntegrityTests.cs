using DataTransferHub.Objects.Copying;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.S3;

namespace DataTransferHub.Objects.Tests;

/// <summary>One flipped byte between the source and the hub, or between the hub and the destination, is never accepted.</summary>
public sealed class IntegrityTests(SharedMoto moto)
{
    const int MiB = 1 << 20;

    public static readonly TheoryData<int, int> Sizes = new()
    {
        { 1000, 0 },
        { ObjectCopier.HeldSize + 1, 0 },
        { 13 * MiB, 0 },
        { 11 * MiB, 6 * MiB },
        { 13 * MiB, 6 * MiB },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task A_byte_that_flips_once_is_noticed_and_the_object_arrives_intact(int size, int sourcePartSize)
    {
        foreach (var isUpload in new[] { false, true })
        {
            using var bench = await Bench.CreateAsync(moto);
            var content = Content.Random(size, size);
            await StoreAsync(bench, content, sourcePartSize);
            var flips = 0;
            Flip(bench, isUpload, () => Interlocked.Increment(ref flips) == 1);

            var result = await bench.TransferAsync();

            Assert.True(flips > 1, "the byte was flipped and nothing was sent again");
            Assert.True(bench.Errors.Count == 0, string.Join(" ", bench.Errors));
            Assert.Equal(1, result.Copied);
            Assert.Equal(content, await bench.ReadCopyAsync("object"));
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task A_byte_that_always_flips_makes_the_object_fail_with_its_reason(int size, int sourcePartSize)
    {
        foreach (var isUpload in new[] { false, true })
        {
            using var bench = await Bench.CreateAsync(moto, options => options.MaximumAttempts = 2);
            await StoreAsync(bench, Content.Random(size, size), sourcePartSize);
            Flip(bench, isUpload, () => true);

            var result = await bench.TransferAsync();

            Assert.Equal((0, 1), (result.Copied, result.Failed));
            Assert.Matches("checksum|MD5|BadDigest|differ", Assert.Single(bench.Errors));

            // No unproven object remains that a later run could take for a copy.
            Assert.Empty(await bench.ListCopiesAsync());
            bench.Wire.FlipsRequest = bench.Wire.FlipsResponse = _ => false;
            Assert.Equal(1, (await bench.TransferAsync()).Copied);
        }
    }

    static void Flip(Bench bench, bool isUpload, Func<bool> isNow)
    {
        bool IsBody(HttpRequestMessage request, HttpMethod method, string bucket) => request.Method == method
            && request.RequestUri!.AbsolutePath == $"/{bucket}/object" && isNow();
        if (isUpload)
            bench.Wire.FlipsRequest = request => IsBody(request, HttpMethod.Put, bench.DestinationBucket);
        else
            bench.Wire.FlipsResponse = request => IsBody(request, HttpMethod.Get, bench.SourceBucket);
    }

    static Task StoreAsync(Bench bench, byte[] content, int partSize) => partSize == 0
        ? bench.PutAsync("object", content)
        : LargeObjectTests.UploadInPartsAsync(bench, "object", content, partSize);
}
