using System.Diagnostics;
using DataTransferHub.Bench.Store;
using DataTransferHub.Cli.Processes;

namespace DataTransferHub.Bench.Objects;

/// <summary>The reference: <c>rclone copy</c> with the given flags. Must be on PATH (Debian package <c>rclone</c>).</summary>
sealed class Rclone(string name, params string[] flags) : IContestant
{
    public string Name => name;

    /// <summary>rclone as it is.</summary>
    public static Rclone Default { get; } = new("rclone, default flags");

    /// <summary>The best flags for many small objects.</summary>
    /// <param name="transfers">Number of concurrent transfers and checks.</param>
    public static Rclone ForSmallObjects(int transfers) => new(
        $"rclone, best flags, {transfers} transfers",
        "--transfers", $"{transfers}", "--checkers", $"{transfers}", "--size-only", "--use-server-modtime", "--s3-no-check-bucket",
        "--s3-no-head", "--s3-no-head-object");

    /// <summary>The best flags to find that nothing has changed, by what listings say.</summary>
    /// <param name="checkers">Number of concurrent checks.</param>
    public static Rclone ForComparing(int checkers) => new(
        $"rclone, --checksum, {checkers} checkers", "--checkers", $"{checkers}", "--checksum", "--s3-no-check-bucket");

    /// <summary>Large objects in parts, with the best flags.</summary>
    public static Rclone InParts { get; } = new(
        "rclone, in parts, best flags", "--transfers", "6", "--s3-chunk-size", "16M", "--s3-upload-concurrency", "4",
        "--s3-no-check-bucket", "--s3-no-head");

    /// <summary>Large objects in one piece, with the best flags.</summary>
    public static Rclone SinglePut { get; } = new(
        "rclone, single PUT, best flags", "--s3-upload-cutoff", "512M", "--transfers", "6", "--s3-no-check-bucket", "--s3-no-head");

    /// <summary>The output of <c>rclone version</c>.</summary>
    public static string Version()
    {
        var start = new ProcessStartInfo("rclone", "version") { RedirectStandardOutput = true };
        // rclone 1.60 fails to start where this is set, and plain HTTP does not need it.
        start.Environment.Remove("AWS_CA_BUNDLE");
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadLine() ?? "";
        process.WaitForExit();
        return text;
    }

    public async Task<Measurement> CopyAsync(StoreProcess source, StoreProcess destination, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            folder["rclone.conf"], Remote("source", source) + Remote("destination", destination), cancellationToken);

        // Without the variables of this machine, some of which change what rclone does.
        return await MeasuredProcess.RunAsync(
            name,
            [
                "env", "-i", $"PATH={Environment.GetEnvironmentVariable("PATH")}", $"HOME={folder.Path}",
                "rclone", "copy", $"source:{StoreProcess.Bucket}", $"destination:{StoreProcess.Bucket}",
                "--config", folder["rclone.conf"], "--retries", "1", .. flags,
            ],
            folder,
            cancellationToken);
    }

    static string Remote(string name, StoreProcess server) =>
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
