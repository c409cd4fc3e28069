using DataTransferHub.Cli.S3;

namespace DataTransferHub.Servers.S3;

/// <summary>A server that many tests use.</summary>
public interface ISharedServer
{
    /// <summary>The server, ready.</summary>
    Task<S3Server> GetServerAsync();
}

/// <summary>
/// One server for a whole test assembly, started by the first test that asks: <c>[assembly: AssemblyFixture(typeof(SharedMoto))]</c>.
/// </summary>
/// <param name="start">Starts it.</param>
public abstract class SharedServer<TServer>(Func<Task<TServer>> start) : ISharedServer, IAsyncDisposable
    where TServer : S3Server
{
    readonly Lazy<Task<TServer>> _server = new(start);

    /// <summary>The server, ready.</summary>
    public Task<TServer> GetAsync() => _server.Value;

    /// <inheritdoc/>
    public async Task<S3Server> GetServerAsync() => await GetAsync().ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (!_server.IsValueCreated)
            return;

        TServer server;
        try
        {
            server = await _server.Value.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The tests that asked for it have reported why it did not start, and nothing of it runs.
            return;
        }

        await server.DisposeAsync().ConfigureAwait(false);
    }
}
