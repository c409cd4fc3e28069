using DataTransferHub.Servers.Faults;
using DataTransferHub.Servers.S3;
using Xunit;

namespace DataTransferHub.EndToEnd.Tests;

public sealed class FaultyStoresTests(SharedMoto moto, ITestOutputHelper output)
{
    const int SmallObjects = 200;
    const int LargeObjects = 3;
    const int PartSize = 5 << 20;

    static readonly Dictionary<string, string> Options = new()
    {
        ["Objects__MultipartThreshold"] = $"{PartSize}",
        ["Objects__OnePieceTime"] = "00:00:00.001",
        ["Objects__PartSize"] = $"{PartSize}",
    };

    [Fact]
    public async Task Through_faults_that_pass_every_object_arrives_whole()
    {
        var seed = Seed.Draw();
        await using var scene = await TransferScene.SetAsync(moto, Options);
        await scene.FillAsync(new Random(seed), SmallObjects, LargeObjects, largeBytes: 2 * PartSize + 1);
        scene.SourceProxy.Plan = Faults(seed, mostPerRequest: 2);
        scene.DestinationProxy.Plan = Faults(seed + 1, mostPerRequest: 2);

        await AssertOnlyWholeObjectsCount(scene);
    }

    [Fact]
    public async Task Objects_that_meet_faults_without_end_fail_with_a_reason_and_arrive_when_they_are_retried()
    {
        var seed = Seed.Draw();
        await using var scene = await TransferScene.SetAsync(moto, Options);
        await scene.FillAsync(new Random(seed), SmallObjects / 4, large: 1, largeBytes: 2 * PartSize + 1);

        // Every bit that can be flipped is flipped: no changed data may be accepted.
        scene.SourceProxy.Plan = new FaultPlan(seed, new FaultRate(FaultKind.FlipResponse, 0.7)) { MostPerRequest = int.MaxValue };
        scene.DestinationProxy.Plan = new FaultPlan(seed + 1, new FaultRate(FaultKind.FlipRequest, 0.7)) { MostPerRequest = int.MaxValue };

        var failed = await AssertOnlyWholeObjectsCount(scene);
        Assert.True(failed > 0, "The faults without end did not make a single object fail.");
    }

    static FaultPlan Faults(int seed, int mostPerRequest) => new(
        seed,
        new FaultRate(FaultKind.SlowDown, 0.04),
        new FaultRate(FaultKind.InternalError, 0.04),
        new FaultRate(FaultKind.ResetBeforeRequest, 0.04),
        new FaultRate(FaultKind.ResetBeforeResponse, 0.04),
        new FaultRate(FaultKind.CutResponse, 0.05),
        new FaultRate(FaultKind.CutRequest, 0.05),
        new FaultRate(FaultKind.FlipResponse, 0.05),
        new FaultRate(FaultKind.FlipRequest, 0.05),
        new FaultRate(FaultKind.Delay, 0.05))
    {
        MostPerRequest = mostPerRequest,
    };

    /// <summary>Runs a transfer through the faults, then retries what failed without faults; returns how many had failed.</summary>
    async Task<int> AssertOnlyWholeObjectsCount(TransferScene scene)
    {
        var taskId = await scene.Hub.Api.CreateTaskAsync(scene.Parameters);
        var task = await scene.Hub.Api.WaitUntilOverAsync(taskId, TransferScene.Patience, TestContext.Current.CancellationToken);
        var faults = scene.SourceProxy.Requests.Concat(scene.DestinationProxy.Requests)
            .Where(request => request.Fault is not null)
            .ToArray();
        var kinds = faults.CountBy(request => request.Fault!.Value).Select(kind => $"{kind.Key} {kind.Value}");
        output.WriteLine($"{task}\nFaults: {string.Join(", ", kinds)}");
        Assert.NotEmpty(faults);
        Assert.True(task.Progress == "DONE" || task.ErrorCode == "COMPLETE_CHECK_ERROR", $"{task}\n{scene.Hub.LogTail()}");

        var failed = task.Run!.ItemsFailed == 0 ? [] : await scene.Hub.Api.ListFailedAsync(taskId, TestContext.Current.CancellationToken);
        var failedKeys = failed.Select(item => item.Key).ToHashSet(StringComparer.Ordinal);
        var source = await scene.HashSourceAsync();
        var destination = await scene.HashDestinationAsync();
        Assert.Equal(task.Run.ItemsFailed, failed.Count);
        Assert.Equal(source.Count, task.Run.ItemsCopied + task.Run.ItemsFailed);
        Assert.All(failed, item => Assert.True(item.Attempts > 0 && item.Error.Length > 10, $"{item}"));
        Assert.All(
            source.Where(item => !failedKeys.Contains(item.Key)),
            item => Assert.Equal(item.Value, destination.GetValueOrDefault(item.Key)));
        if (failed.Count == 0)
            return 0;

        scene.SourceProxy.Plan = scene.DestinationProxy.Plan = FaultPlan.None;
        await scene.Hub.Api.RetryFailedItemsAsync(taskId, TestContext.Current.CancellationToken);
        task = await scene.Hub.Api.WaitUntilOverAsync(taskId, TransferScene.Patience, TestContext.Current.CancellationToken);

        Assert.True(task.Progress == "DONE", $"{task}\n{scene.Hub.LogTail()}");
        Assert.Equal(failed.Count, task.Run!.ItemsCopied);
        Assert.Equal(source, await scene.HashDestinationAsync());
        return failed.Count;
    }
}
