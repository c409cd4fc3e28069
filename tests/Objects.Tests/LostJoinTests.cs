using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.Faults;
using DataTransferHub.Servers.S3;
using DataTransferHub.Servers.S3.Memory;

namespace DataTransferHub.Objects.Tests;

/// <summary>An upload that has gone when it is completed, at a destination whose checksums say nothing.</summary>
public sealed class LostJoinTests(SharedMemoryS3 shared)
{
    const int MiB = 1 << 20;

    [Fact]
    public async Task A_foreign_object_of_the_same_size_is_not_taken_for_the_copy()
    {
        var server = await shared.GetAsync();
        using var bench = await CreateAsync(server);
        var content = Content.Random(13 * MiB, 1);
        await bench.PutAsync("large", content);
        var foreign = 0;
        server.QuirksOf(bench.DestinationBucket).Script = call =>
        {
            if (call.Kind is not RequestKind.CompleteUpload || foreign++ > 1)
                return null;
            if (foreign == 1)
                return new Fault.Answer(500, "InternalError");
            server.Client.AbortMultipartUploadAsync(bench.DestinationBucket, "large", call.UploadId, Bench.Ct).GetAwaiter().GetResult();
            server.PutAsync(bench.DestinationBucket, "large", Content.Random(13 * MiB, 2)).GetAwaiter().GetResult();
            return null;
        };

        Assert.Equal(1, (await bench.TransferAsync()).Copied);

        Assert.Equal(content, await bench.ReadCopyAsync("large"));
        Assert.Equal(3, foreign);
    }

    [Fact]
    public async Task An_object_whose_answer_was_lost_is_recognized_by_its_bytes()
    {
        var server = await shared.GetAsync();
        using var bench = await CreateAsync(server);
        var content = Content.Random(13 * MiB, 1);
        await bench.PutAsync("large", content);
        var (joins, parts) = (0, 0);
        server.QuirksOf(bench.DestinationBucket).Script = call =>
        {
            if (call.Kind is RequestKind.UploadPart)
                Interlocked.Increment(ref parts);
            return call.Kind is RequestKind.CompleteUpload && joins++ == 0 ? new Fault.DropAnswer() : null;
        };

        Assert.Equal(1, (await bench.TransferAsync()).Copied);

        Assert.Equal((2, 3), (joins, parts));
        Assert.Equal(content, await bench.ReadCopyAsync("large"));
    }

    static async Task<Bench> CreateAsync(MemoryS3Server server)
    {
        var bench = await Bench.CreateAsync(server);
        server.QuirksOf(bench.DestinationBucket).Encryption = "aws:kms";
        return bench;
    }
}
