using DataTransferHub.Cli.Processes;

namespace DataTransferHub.Cli.S3;

/// <summary>A third-party S3 server that is one process.</summary>
public abstract class S3ServerProcess : S3Server
{
    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    readonly ServerProcess _process;
    readonly TemporaryFolder _folder;

    /// <summary>A server whose process runs.</summary>
    protected S3ServerProcess(ServerProcess process, TemporaryFolder folder, int port, string accessKey, string secretKey)
        : base(port, accessKey, secretKey)
    {
        _process = process;
        _folder = folder;
    }

    /// <summary>Process id of the server.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Lets the server live on after this process; its data must be in a folder of the caller's.</summary>
    public void Release()
    {
        Client.Dispose();
        _process.Release();
        _folder.Dispose();
    }

    /// <inheritdoc/>
    protected override async ValueTask StopAsync()
    {
        await _process.DisposeAsync().ConfigureAwait(false);
        _folder.Dispose();
    }

    /// <summary>Starts a server on a free port, and again on another one should somebody else have been faster.</summary>
    protected static Task<TServer> StartAsync<TServer>(
        Func<TemporaryFolder, int, ServerProcess> start,
        Func<ServerProcess, TemporaryFolder, int, TServer> wrap,
        CancellationToken cancellationToken) =>
        StartAttempts.RunAsync(async () =>
        {
            var folder = new TemporaryFolder();
            var port = FreePort.Find();
            var process = start(folder, port);
            try
            {
                await process.WaitUntilReadyAsync(
                    token => StartAttempts.AnswersAsync(port, token), StartPatience, cancellationToken).ConfigureAwait(false);
                return wrap(process, folder, port);
            }
            catch
            {
                await process.DisposeAsync().ConfigureAwait(false);
                folder.Dispose();
                throw;
            }
        });
}
