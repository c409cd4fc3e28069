using DataTransferHub.Servers.Processes;

namespace DataTransferHub.Servers.S3;

/// <summary>s3rver (Node), with its data in files. It checks signatures; it does not list parts or uploads, nor abort them.</summary>
public sealed class S3rverServer : S3Server
{
    S3rverServer(ServerProcess process, TemporaryFolder folder, int port)
        : base(process, folder, port, "S3RVER", "S3RVER")
    {
    }

    /// <summary>Where its script and its packages are.</summary>
    public static string PackageFolder => Path.Combine(Repository.Root, "tests", "Servers", "npm");

    /// <summary>Starts one, by default with its data in a folder that goes with it.</summary>
    public static Task<S3rverServer> StartAsync(string? dataFolder = null, CancellationToken cancellationToken = default)
    {
        if (!Directory.Exists(Path.Combine(PackageFolder, "node_modules")))
            throw new DirectoryNotFoundException("s3rver is not installed. Install it with: npm ci --prefix tests/Servers/npm");

        return StartAsync(
            (folder, port) => ServerProcess.Start(
                "s3rver", "node", [Path.Combine(PackageFolder, "s3server.mjs"), dataFolder ?? Directory.CreateDirectory(folder["data"]).FullName, $"{port}"], folder["s3rver.log"]),
            (process, folder, port) => new S3rverServer(process, folder, port),
            cancellationToken);
    }
}
