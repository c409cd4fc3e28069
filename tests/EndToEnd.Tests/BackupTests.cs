using System.Diagnostics;
using DataTransferHub.Cli.Hub;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Servers.S3;
using Xunit;

namespace DataTransferHub.EndToEnd.Tests;

/// <summary>The command <c>backup</c>, on a hub that is at work.</summary>
public sealed class BackupTests(SharedMoto moto)
{
    const int PartSize = 5 << 20;
    const int Objects = 300;

    static readonly Dictionary<string, string> Options = new()
    {
        ["Objects__MultipartThreshold"] = $"{PartSize}",
        ["Objects__OnePieceTime"] = "00:00:00.001",
        ["Objects__PartSize"] = $"{PartSize}",
        ["Objects__MaximumConcurrentTransfers"] = "4",
    };

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hub_that_starts_from_a_backup_taken_in_the_middle_of_a_run_completes_it()
    {
        using var folder = new TemporaryFolder();
        await using var scene = await TransferScene.SetAsync(moto, Options);
        await scene.FillAsync(new Random(Seed.Draw()), Objects, large: 2, 2 * PartSize);
        scene.SourceProxy.Latency = scene.DestinationProxy.Latency = TimeSpan.FromMilliseconds(60);
        var some = scene.DestinationProxy.WaitForRequestsAsync(40);
        var taskId = await scene.Hub.Api.CreateTaskAsync(scene.Parameters, cancellationToken: Cancellation);
        await some.WaitAsync(TransferScene.Patience, Cancellation);

        var (code, text) = await BackUpAsync(scene.Hub.DataFolder, folder["copy"]);

        Assert.True(code == 0, text);
        foreach (var part in new[] { "hub.db: ", "tasks.db: ", "vault.db: ", "vault.key: ", "work: " })
            Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.False((await scene.Hub.Api.GetTaskAsync(taskId, Cancellation)).IsOver, "The run was over before the backup was taken.");

        // The first hub is gone; the second one has only the backup.
        await scene.Hub.KillAsync();
        scene.SourceProxy.Latency = scene.DestinationProxy.Latency = TimeSpan.Zero;
        await using var second = await HubProcess.StartAsync(folder["copy"], Options, Cancellation);
        var task = await second.Api.WaitUntilOverAsync(taskId, TransferScene.Patience, Cancellation);

        Assert.True(task.Progress == "DONE", $"{task}\n{second.LogTail()}");
        Assert.Equal((Objects + 2, 0), (task.Run!.ItemsFound, task.Run.ItemsFailed));
        Assert.Equal(await scene.HashSourceAsync(), await scene.HashDestinationAsync());
    }

    [Fact]
    public async Task A_backup_overwrites_nothing_and_a_folder_without_a_hub_is_refused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["data"]);
        await using (var hub = await HubProcess.StartAsync(folder["data"], cancellationToken: Cancellation))
            Assert.Equal(0, await hub.StopAsync());

        // Of a hub that does not run, too.
        var (first, said) = await BackUpAsync(folder["data"], folder["copy"]);
        Assert.True(first == 0, said);
        var (again, refusal) = await BackUpAsync(folder["data"], folder["copy"]);
        Assert.Equal(1, again);
        Assert.Contains("exists already", refusal, StringComparison.Ordinal);
        var (none, reason) = await BackUpAsync(folder["empty"], folder["other"]);
        Assert.Equal(1, none);
        Assert.Contains("is not the data folder of a hub", reason, StringComparison.Ordinal);
        Assert.False(Path.Exists(folder["other"]));
    }

    static async Task<(int Code, string Text)> BackUpAsync(string data, string target)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [HubProcess.AppPath, "backup", target, "--data", data])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var text = await Task.WhenAll(
            process.StandardOutput.ReadToEndAsync(Cancellation), process.StandardError.ReadToEndAsync(Cancellation));
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode, string.Concat(text));
    }
}
