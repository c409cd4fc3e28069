using System.ComponentModel;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Cli.S3;

namespace DataTransferHub.Servers.S3;

/// <summary>Moto's server of the AWS APIs (Python), in memory. It takes any key, and does not check signatures or permissions.</summary>
public sealed class MotoServer : S3ServerProcess
{
    MotoServer(ServerProcess process, TemporaryFolder folder, int port)
        : base(process, folder, port, "test-access-key", "test-secret-key")
    {
    }

    /// <summary>Starts one; it takes a few seconds, so share it.</summary>
    public static Task<MotoServer> StartAsync(CancellationToken cancellationToken = default) => StartAsync(
        (folder, port) => ServerProcess.Start("moto_server", FindCommand(), ["-H", "127.0.0.1", "-p", $"{port}"], folder["moto.log"]),
        (process, folder, port) => new MotoServer(process, folder, port),
        cancellationToken);

    // On PATH, or where test.sh installs it.
    static string FindCommand() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Append(Path.Combine(Repository.Root, ".tools", "python", "bin"))
            .Select(folder => Path.Combine(folder, "moto_server"))
            .FirstOrDefault(File.Exists)
        ?? throw new Win32Exception("moto_server is neither on PATH nor in .tools/python/bin. ./test.sh installs it there.");
}
