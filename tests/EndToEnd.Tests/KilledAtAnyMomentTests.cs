using Amazon.S3.Model;
using DataTransferHub.Servers.Faults;
using DataTransferHub.Servers.S3;
using Xunit;

namespace DataTransferHub.EndToEnd.Tests;

public sealed class KilledAtAnyMomentTests(SharedMoto moto, ITestOutputHelper output)
{
    const int Kills = 20;
    const int SmallObjects = 500;
    const int LargeObjects = 6;
    const int PartSize = 5 << 20;

    // Of each large object: three whole ones, and a rest.
    const int Parts = 4;

    // Few concurrent transfers and slow stores, as otherwise the transfer would end before the twentieth kill.
    static readonly Dictionary<string, string> Options = new()
    {
        ["Objects__MultipartThreshold"] = $"{PartSize}",
        ["Objects__OnePieceTime"] = "00:00:00.001",
        ["Objects__PartSize"] = $"{PartSize}",
        ["Objects__MaximumConcurrentTransfers"] = "8",
    };

    static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(60);

    [Fact]
    public async Task A_transfer_that_is_killed_twenty_times_copies_every_object_whole_and_sends_no_confirmed_part_again()
    {
        var random = new Random(Seed.Draw());
        await using var scene = await TransferScene.SetAsync(moto, Options);
        var bytes = await scene.FillAsync(random, SmallObjects, LargeObjects, largeBytes: 3 * PartSize + 1);
        scene.SourceProxy.Latency = scene.DestinationProxy.Latency = Latency;

        var taskId = await scene.Hub.Api.CreateTaskAsync(scene.Parameters, cancellationToken: TestContext.Current.CancellationToken);
        var moments = new List<long>();
        for (var kill = 0; kill < Kills; kill++)
        {
            // While there are parts to send, most moments are in the middle of one; some come right after one was confirmed, so that its
            // upload has to go on, however slow the machine is.
            var isAfterPart = kill % 4 == 3;
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            var moment = Task.WhenAny(
                scene.DestinationProxy.WaitForRequestsAsync(isAfterPart ? 120 : random.Next(5, 45)),
                isAfterPart
                    ? PartConfirmedAsync(scene.DestinationProxy, enough.Token)
                    : scene.DestinationProxy.WaitForRequestsAsync(random.Next(1, 4), RequestKind.UploadPart));
            await moment.WaitAsync(TransferScene.Patience, TestContext.Current.CancellationToken);
            await enough.CancelAsync();
            moments.Add(scene.DestinationProxy.Now);
            await scene.Hub.KillAsync();
            output.WriteLine($"Kill {kill + 1} after {scene.DestinationProxy.Requests.Count} requests to the destination");
            await scene.Hub.StartAgainAsync(TestContext.Current.CancellationToken);
        }

        var beforeEnd = await scene.Hub.Api.GetTaskAsync(taskId, TestContext.Current.CancellationToken);
        Assert.False(beforeEnd.IsOver, $"The transfer was over before the last kill: {beforeEnd}");
        scene.SourceProxy.Latency = scene.DestinationProxy.Latency = TimeSpan.Zero;
        var task = await scene.Hub.Api.WaitUntilOverAsync(taskId, TransferScene.Patience, TestContext.Current.CancellationToken);

        Assert.True(task.Progress == "DONE", $"{task}\n{scene.Hub.LogTail()}");
        const long Objects = SmallObjects + LargeObjects;
        Assert.Equal(
            (Objects, Objects, 0L, 0L), (task.Run!.ItemsFound, task.Run.ItemsCopied, task.Run.ItemsFailed, task.Run.ItemsUnchanged));
        Assert.Equal((bytes, bytes), (task.Run.BytesFound, task.Run.BytesCopied));
        Assert.Equal(await scene.HashSourceAsync(), await scene.HashDestinationAsync());
        var told = await LeftoversAsync(scene, taskId);
        Assert.All(await OpenUploads(scene), upload => Assert.Contains(upload.UploadId, told));
        Assert.NotEmpty(WentOn(scene.DestinationProxy.Requests, moments));
        Assert.Empty(SentAgain(scene.DestinationProxy.Requests, moments));
        Assert.Equal(0, await scene.Hub.StopAsync());
    }

    /// <summary>Completes when a part was confirmed from now on whose upload still lacks others.</summary>
    static async Task PartConfirmedAsync(FaultProxy proxy, CancellationToken cancellationToken)
    {
        var now = proxy.Now;
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!proxy.Requests.Where(request => request is { Kind: RequestKind.UploadPart, Status: 200, IsRelayed: true })
            .GroupBy(request => request.UploadId)
            .Any(upload => upload.Any(part => part.Begun > now) && upload.DistinctBy(part => part.PartNumber).Count() < Parts))
        {
            await pause.WaitForNextTickAsync(cancellationToken);
        }
    }

    // A kill between the start of an upload and its answer leaves an upload without parts that may be another client's: it stays, and is
    // told.
    static async Task<IReadOnlyList<string?>> LeftoversAsync(TransferScene scene, string taskId)
    {
        var answer = await scene.Hub.Api.RunAsync(
            "query($id: ID!) { getTask(id: $id) { leftovers { name } } }", new { id = taskId }, TestContext.Current.CancellationToken);
        return
        [
            .. answer.GetProperty("getTask").GetProperty("leftovers").EnumerateArray()
                .Select(left => left.GetProperty("name").GetString()),
        ];
    }

    static async Task<IReadOnlyList<MultipartUpload>> OpenUploads(TransferScene scene) =>
        (await scene.Server.Client.ListMultipartUploadsAsync(scene.DestinationBucket)).MultipartUploads ?? [];

    /// <summary>Uploads that had a part confirmed before a kill, and another one sent after it.</summary>
    static IEnumerable<string?> WentOn(IReadOnlyList<ProxiedRequest> requests, IReadOnlyList<long> kills) =>
        from upload in requests
            .Where(request => request is { Kind: RequestKind.UploadPart, Status: 200 })
            .GroupBy(request => request.UploadId)
        where kills.Any(kill => upload.Any(part => part.Answered < kill) && upload.Any(part => part.Begun > kill))
        select upload.Key;

    /// <summary>Parts that were confirmed to the hub before it was killed, and that it nevertheless sent again.</summary>
    static IEnumerable<string> SentAgain(IReadOnlyList<ProxiedRequest> requests, IReadOnlyList<long> kills) =>
        from parts in requests
            .Where(request => request.Kind == RequestKind.UploadPart)
            .GroupBy(request => (request.Key, request.PartNumber))
        from confirmed in parts.Where(part => part.Status == 200 && part.IsRelayed)
        from later in parts.Where(part => part.Begun > confirmed.Answered)
        where kills.Any(kill => confirmed.Answered < kill && kill < later.Begun)
        select $"part {later.PartNumber} of {later.Key}, confirmed at {confirmed.Answered}, sent again at {later.Begun}";
}
