using System.Diagnostics;
using DataTransferHub.Bench.Machine;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Cli.S3;

namespace DataTransferHub.Bench.Objects;

/// <summary>The reference: <c>rclone copy</c> with the given flags. Must be on PATH (Debian package <c>rclone</c>).</summary>
sealed class Rclone(string name, params string[] flags) : IContestant
{
    /// <summary>The best flags for many small objects on a fast link.</summary>
    public static readonly string[] SmallObjectFlags =
        ["--transfers", "32", "--checkers", "32", "--size-only", "--use-server-modtime", "--s3-no-check-bucket",
        "--s3-no-head", "--s3-no-head-object"];

    public string Name => name;

    /// <summary>The output of <c>rclone version</c>.</summary>
    public static string Version()
    {
        using var process = Process.Start(new ProcessStartInfo("rclone", "version") { RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadLine() ?? "";
        process.WaitForExit();
        return text;
    }

    public async Task<Measurement> CopyAsync(
        S3Server source, string sourceBucket, S3Server destination, string destinationBucket, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            folder["rclone.conf"], Remote("source", source) + Remote("destination", destination), cancellationToken);

        var watch = Stopwatch.StartNew();
        await using var process = ServerProcess.Start(
            name,
            "rclone",
            [
                "copy", $"source:{sourceBucket}", $"destination:{destinationBucket}", "--config", folder["rclone.conf"], "--retries", "1",
                .. flags,
            ],
            folder["rclone.log"],
            // rclone 1.60 fails to start if this is set, and plain HTTP does not need it.
            new Dictionary<string, string> { ["AWS_CA_BUNDLE"] = "" });
        var usage = default(ProcessUsage);
        while (!process.HasExited)
        {
            usage = ProcessUsage.Read(process.Id) ?? usage;
            await Task.Delay(10, cancellationToken);
        }

        var wall = watch.Elapsed;
        if (await process.StopAsync(TimeSpan.FromSeconds(5)) is not 0 and var code)
            throw new InvalidOperationException($"{name} ended with code {code}:\n{process.LogTail()}");
        return new Measurement(wall, usage.CpuSeconds, usage.PeakMemoryBytes);
    }

    static string Remote(string name, S3Server server) =>
        $"""
        [{name}]
        type = s3
        provider = Other
        access_key_id = {server.AccessKey}
        secret_access_key = {server.SecretKey}
        region = {server.Region}
        endpoint = {server.Url}
        force_path_style = true


        """;
}
