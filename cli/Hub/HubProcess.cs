using System.Text.RegularExpressions;
using DataTransferHub.Cli.Processes;

namespace DataTransferHub.Cli.Hub;

/// <summary>The hub as a separate process, on a data folder that outlives it: it can be killed and started again.</summary>
public sealed partial class HubProcess : IAsyncDisposable
{
    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(60);

    readonly IReadOnlyDictionary<string, string> _options;
    readonly string _logFile;
    readonly IReadOnlyList<string> _prefix;
    ServerProcess? _process;

    HubProcess(string dataFolder, IReadOnlyDictionary<string, string> options, IReadOnlyList<string> prefix)
    {
        DataFolder = dataFolder;
        _prefix = prefix;
        _options = options;
        _logFile = Path.Combine(dataFolder, "hub.log");
        Api = new HubApi();
    }

    /// <summary>The built function app, in the same build configuration as this assembly.</summary>
    public static string AppPath { get; } =
        Path.Combine(Repository.Root, "functions", "bin", Repository.Configuration, "net10.0", "DataTransferHub.Functions.dll");

    /// <summary>The hub's data folder.</summary>
    public string DataFolder { get; }

    /// <summary>Where it listens; the port changes with every start.</summary>
    public Uri Url => Api.Url;

    /// <summary>Its GraphQL API; the same object across restarts.</summary>
    public HubApi Api { get; }

    /// <summary>The id of the current process.</summary>
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("The hub is not running.");

    /// <summary>Whether the process has ended by itself.</summary>
    public bool HasExited => _process is { HasExited: true };

    /// <summary>Its output since its first start.</summary>
    public string LogFile => _logFile;

    /// <summary>Starts a hub and waits until it is ready.</summary>
    /// <param name="dataFolder">Its data folder.</param>
    /// <param name="options">Configuration as environment variables, for example <c>Objects__MultipartThreshold</c>.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static Task<HubProcess> StartAsync(
        string dataFolder, IReadOnlyDictionary<string, string>? options = null, CancellationToken cancellationToken = default) =>
        StartBehindAsync([], dataFolder, options ?? new Dictionary<string, string>(), cancellationToken);

    /// <summary>Starts a hub behind another command and waits until it is ready.</summary>
    /// <param name="prefix">A command that ends by replacing itself with the hub; for example <c>unshare</c> with its options.</param>
    /// <param name="dataFolder">Its data folder.</param>
    /// <param name="options">Configuration as environment variables.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static async Task<HubProcess> StartBehindAsync(
        IReadOnlyList<string> prefix,
        string dataFolder,
        IReadOnlyDictionary<string, string> options,
        CancellationToken cancellationToken)
    {
        var hub = new HubProcess(dataFolder, options, prefix);
        await hub.StartAgainAsync(cancellationToken).ConfigureAwait(false);
        return hub;
    }

    /// <summary>Starts it again on the same data, after it was stopped or killed.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        if (!File.Exists(AppPath))
            throw new FileNotFoundException(
                $"The hub is not built: {AppPath} is missing. Build functions/ in {Repository.Configuration} first.");

        var before = File.Exists(_logFile)
            ? ReadyLine.Count(await File.ReadAllTextAsync(_logFile, cancellationToken).ConfigureAwait(false))
            : 0;
        string[] command = [.. _prefix, "dotnet", AppPath, "--data", DataFolder, "--url", "http://127.0.0.1:0"];
        _process = ServerProcess.Start("hub", command[0], command[1..], _logFile, _options);
        try
        {
            await _process.WaitUntilReadyAsync(
                _ =>
                {
                    var ready = File.Exists(_logFile) ? ReadyLine.Matches(_process.ReadLog()) : null;
                    if (ready is null || ready.Count <= before)
                        return Task.FromResult(false);
                    Api.Url = new Uri(ready[^1].Groups["url"].Value);
                    return Task.FromResult(true);
                },
                StartPatience,
                cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await KillAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Kills it (SIGKILL).</summary>
    public async Task KillAsync()
    {
        if (_process is null)
            return;
        await _process.DisposeAsync().ConfigureAwait(false);
        _process = null;
    }

    /// <summary>Stops it (SIGTERM) and returns its exit code.</summary>
    public async Task<int> StopAsync()
    {
        var code = await _process!.StopAsync(StopPatience).ConfigureAwait(false);
        await KillAsync().ConfigureAwait(false);
        return code;
    }

    /// <summary>The last lines of its output, for failure messages.</summary>
    public string LogTail(int lines = 40) => _process?.LogTail(lines) ?? "";

    /// <summary>Leaves the hub running after this process has ended.</summary>
    public void Release()
    {
        Api.Dispose();
        _process?.Release();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await KillAsync().ConfigureAwait(false);
    }

    [GeneratedRegex(@"Data Transfer Hub is ready on (?<url>http://\S+)", RegexOptions.CultureInvariant)]
    static partial Regex ReadyLine { get; }
}
