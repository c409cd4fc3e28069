using DataTransferHub.Cli.Hub;
using DataTransferHub.Cli.Processes;
using Xunit;

namespace DataTransferHub.EndToEnd.Tests;

/// <summary>A hub on a data folder of its own; as a class fixture, one for all tests of the class.</summary>
public sealed class SharedHub : IAsyncLifetime
{
    readonly IReadOnlyDictionary<string, string>? _options;
    readonly TemporaryFolder _folder = new();
    HubProcess? _process;

    public SharedHub()
    {
    }

    internal SharedHub(IReadOnlyDictionary<string, string> options) => _options = options;

    public HubProcess Process => _process ?? throw new InvalidOperationException("The hub was not started.");

    public async ValueTask InitializeAsync() => _process = await HubProcess.StartAsync(_folder.Path, _options);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _folder.Dispose();
    }
}
