using System.Collections.Concurrent;
using Amazon.S3.Model;
using DataTransferHub.Objects.Run;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Objects.Units;
using DataTransferHub.Servers.Faults;
using DataTransferHub.Servers.S3.Memory;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Store;
using Microsoft.DurableTask.Client;

namespace DataTransferHub.Objects.Tests;

/// <summary>A paused run begins nothing more, and goes on from where it was.</summary>
public sealed class PauseTests(SharedMemoryS3 shared)
{
    const int MiB = 1 << 20;
    const int SmallObjects = 300;
    const int LargeObjects = 3;

    [Theory]
    [InlineData(RequestKind.ListObjects, 1)]
    [InlineData(RequestKind.PutObject, 100)]
    [InlineData(RequestKind.UploadPart, 4)]
    public async Task A_run_that_is_paused_at_any_point_goes_on_from_there_once_it_is_resumed(
        RequestKind kind, int moment)
    {
        var server = await shared.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        for (var i = 0; i < SmallObjects; i++)
            await bench.PutAsync($"small-{i:000}", Content.Random(1000, i));
        for (var i = 0; i < LargeObjects; i++)
            await bench.PutAsync($"large-{i}", Content.Random(13 * MiB, i));
        var requests = 0;
        var sent = new ConcurrentDictionary<string, bool>();
        var sentAgain = new ConcurrentQueue<string>();
        var resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.QuirksOf(bench.DestinationBucket).Script = call =>
        {
            var isPaused = !resumed.Task.IsCompleted && call.Kind == kind && Interlocked.Increment(ref requests) >= moment;
            if (isPaused)
            {
                bench.Tasks.Progress = TaskProgress.Paused;
                return new Fault.Hold(resumed.Task);
            }

            if (call.Kind is RequestKind.PutObject && !sent.TryAdd(call.Key, true))
                sentAgain.Enqueue(call.Key);
            return null;
        };
        await using var run = new ScriptedRun();
        bench.Play(run);
        var id = await run.StartAsync(nameof(TransferObjects), bench.Run);
        Assert.True((await UntilPausedAsync(run, id)).IsRunning);

        // It asks, and learns that it is still paused.
        await run.Client.RaiseEventAsync(id, RunEvents.Resumed, null, Bench.Ct);
        Assert.True((await UntilPausedAsync(run, id)).IsRunning);
        Assert.Equal(Outage.Pause, (await bench.FindAsync()).Outage);
        bench.Tasks.Progress = TaskProgress.InProgress;
        resumed.SetResult();
        await run.Client.RaiseEventAsync(id, RunEvents.Resumed, null, Bench.Ct);

        var end = await run.EndOfAsync(id);

        Assert.Equal(
            new RunSummary(SmallObjects + LargeObjects, SmallObjects + LargeObjects, 0, 0, SmallObjects * 1000 + LargeObjects * 13L * MiB),
            end.ReadOutputAs<RunSummary>());
        await bench.AssertSidesAreEqualAsync();
        Assert.Empty(sentAgain);
        var uploads = await server.Client.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = bench.DestinationBucket }, Bench.Ct);
        Assert.Empty(uploads.MultipartUploads ?? []);
    }

    static async Task<OrchestrationMetadata> UntilPausedAsync(ScriptedRun run, string id)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var instance = (await run.Client.GetInstanceAsync(id, getInputsAndOutputs: true, Bench.Ct))!;
            if (instance.ReadCustomStatusAs<string>() == "paused")
                return instance;
            await pause.WaitForNextTickAsync(Bench.Ct);
        }
    }
}
