using DataTransferHub.Cli.Processes;

namespace DataTransferHub.Cli.S3;

/// <summary>s3rver (Node), with its data in files. It checks signatures; it does not list parts or uploads, nor abort them.</summary>
public sealed class S3rverServer : S3ServerProcess
{
    S3rverServer(ServerProcess process, TemporaryFolder folder, int port)
        : base(process, folder, port, "S3RVER", "S3RVER")
    {
    }

    /// <summary>Where its script and its packages are.</summary>
    public static string PackageFolder => Path.Combine(Repository.Root, "cli", "Sample", "s3rver");

    /// <summary>Starts one, with its data and its log in <paramref name="folder"/>, or in a folder that goes with it.</summary>
    /// <param name="folder">The folder, or null.</param>
    /// <param name="receivedLog">A file that lists what is sent to the server, or null.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static Task<S3rverServer> StartAsync(
        string? folder = null, string? receivedLog = null, CancellationToken cancellationToken = default)
    {
        if (!Directory.Exists(Path.Combine(PackageFolder, "node_modules")))
            throw new DirectoryNotFoundException("s3rver is not installed. Install it with: npm ci --prefix cli/Sample/s3rver");

        return StartAsync(
            (own, port) => ServerProcess.Start(
                "s3rver",
                "node",
                // Its continuation tokens are DES, which OpenSSL 3 only has in its legacy provider.
                [
                    "--openssl-legacy-provider",
                    Path.Combine(PackageFolder, "s3server.mjs"),
                    Directory.CreateDirectory(Path.Combine(folder ?? own.Path, "data")).FullName,
                    $"{port}",
                    .. receivedLog is null ? Array.Empty<string>() : [receivedLog],
                ],
                Path.Combine(folder ?? own.Path, "s3rver.log")),
            (process, own, port) => new S3rverServer(process, own, port),
            cancellationToken);
    }
}
