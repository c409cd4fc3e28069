namespace DataTransferHub.Servers.S3;

/// <summary>One Moto for a whole test assembly, started by the first test that asks: <c>[assembly: AssemblyFixture(typeof(SharedMoto))]</c>.</summary>
public sealed class SharedMoto : IAsyncDisposable
{
    readonly Lazy<Task<MotoServer>> _server = new(() => MotoServer.StartAsync());

    /// <summary>The server, ready.</summary>
    public Task<MotoServer> GetAsync() => _server.Value;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
            await (await _server.Value.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
    }
}
