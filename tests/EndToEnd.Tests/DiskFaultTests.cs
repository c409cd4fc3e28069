using System.Diagnostics;
using DataTransferHub.Cli.Hub;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Servers.S3;
using Xunit;

namespace DataTransferHub.EndToEnd.Tests;

/// <summary>Faults that the operating system itself gives, not injected ones: runs wait for them to pass, and no run fails.</summary>
public sealed class DiskFaultTests(SharedMoto moto)
{
    const int Objects = 150;

    // Reading the first bytes of it is an input/output error (EIO), for every user.
    const string UnreadableFile = "/proc/self/mem";

    static readonly Dictionary<string, string> Options = new() { ["Objects__MaximumConcurrentTransfers"] = "4" };

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_disk_that_becomes_full_in_the_middle_of_a_run_delays_it()
    {
        using var folder = new TemporaryFolder();

        // A file system of 24 MiB in memory, that only the hub sees; it ends with the hub.
        const string mount = "mount -t tmpfs -o size=24m tmpfs \"$0\" && exec \"$@\"";
        string[] prefix = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, folder.Path];
        Assert.SkipUnless(await SucceedsAsync([.. prefix, "true"]), "This user may not mount a file system in a namespace.");
        await using var hub = await HubProcess.StartBehindAsync(prefix, folder.Path, Options, Cancellation);
        var disk = $"/proc/{hub.ProcessId}/root{folder.Path}";
        await using var scene = await BeginRunAsync(hub);
        var taskId = await scene.Hub.Api.CreateTaskAsync(scene.Parameters, cancellationToken: Cancellation);
        await scene.DestinationProxy.WaitForRequestsAsync(20).WaitAsync(TransferScene.Patience, Cancellation);

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TransferScene.Patience);
        var ballast = Path.Combine(disk, "ballast");
        while (await WaitOfRunAsync(hub, taskId) is not { } reason || !reason.Contains("is full", StringComparison.Ordinal))
        {
            Fill(ballast);
            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
        }
        Assert.False((await hub.Api.GetTaskAsync(taskId, Cancellation)).IsOver);
        File.Delete(ballast);

        await AssertDoneAsync(scene, taskId);
    }

    [Fact]
    public async Task Work_files_that_cannot_be_read_for_a_while_delay_a_run()
    {
        Assert.SkipUnless(File.Exists(UnreadableFile), $"There is no {UnreadableFile}.");
        using var folder = new TemporaryFolder();
        await using var hub = await HubProcess.StartAsync(folder.Path, Options, Cancellation);
        await using var scene = await BeginRunAsync(hub);
        var taskId = await hub.Api.CreateTaskAsync(scene.Parameters, cancellationToken: Cancellation);
        await scene.DestinationProxy.WaitForRequestsAsync(20).WaitAsync(TransferScene.Patience, Cancellation);
        await hub.KillAsync();
        var files = Directory.GetFiles(folder["work"], "*", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            File.Move(file, file + ".aside");
            File.CreateSymbolicLink(file, UnreadableFile);
        }

        await hub.StartAgainAsync(Cancellation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TransferScene.Patience);
        while (await WaitOfRunAsync(hub, taskId) is not { } reason || !reason.Contains("input/output error", StringComparison.Ordinal))
            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
        foreach (var file in files)
            File.Move(file + ".aside", file, overwrite: true);

        await AssertDoneAsync(scene, taskId);
    }

    async Task<TransferScene> BeginRunAsync(HubProcess hub)
    {
        var scene = await TransferScene.SetAsync(moto, hub);
        await scene.FillAsync(new Random(Seed.Draw()), Objects, large: 0, largeBytes: 0);
        scene.SourceProxy.Latency = scene.DestinationProxy.Latency = TimeSpan.FromMilliseconds(60);
        return scene;
    }

    static async Task AssertDoneAsync(TransferScene scene, string taskId)
    {
        scene.SourceProxy.Latency = scene.DestinationProxy.Latency = TimeSpan.Zero;
        var task = await scene.Hub.Api.WaitUntilOverAsync(taskId, TransferScene.Patience, Cancellation);
        Assert.True(task.Progress == "DONE", $"{task}\n{scene.Hub.LogTail()}");
        Assert.Equal((Objects, Objects, 0), (task.Run!.ItemsFound, task.Run.ItemsCopied + task.Run.ItemsUnchanged, task.Run.ItemsFailed));
        Assert.Null(await WaitOfRunAsync(scene.Hub, taskId));
        Assert.Equal(await scene.HashSourceAsync(), await scene.HashDestinationAsync());
    }

    // What the run says that it waits for, or null.
    static async Task<string?> WaitOfRunAsync(HubProcess hub, string taskId)
    {
        var task = await hub.Api.RunAsync(
            "query($id: ID!) { getTask(id: $id) { run { waiting { reason } } } }", new { id = taskId }, Cancellation);
        var run = task.GetProperty("getTask").GetProperty("run");
        return run.ValueKind == System.Text.Json.JsonValueKind.Object
            && run.GetProperty("waiting") is { ValueKind: System.Text.Json.JsonValueKind.Object } waiting
            ? waiting.GetProperty("reason").GetString()
            : null;
    }

    // To the last byte: what is released meanwhile is taken too.
    static void Fill(string path)
    {
        for (var size = 1 << 20; size > 0; size /= 16)
        {
            try
            {
                using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
                var block = new byte[size];
                while (true)
                    file.Write(block);
            }
            catch (IOException)
            {
                // There is no space for a block of this size.
            }
        }
    }

    static async Task<bool> SucceedsAsync(string[] command)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
            await process.WaitForExitAsync(Cancellation);
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
