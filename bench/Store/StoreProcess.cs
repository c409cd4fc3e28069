using System.Globalization;
using System.Net.Http.Json;
using DataTransferHub.Bench.Machine;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Cli.S3;

namespace DataTransferHub.Bench.Store;

/// <summary>A store in a process of its own, which ends with it.</summary>
sealed class StoreProcess : S3ServerProcess
{
    static readonly Dictionary<string, string> Variables = new()
    {
        // Instrumented code is compiled twice; a second thread that collects garbage would compete for the cores.
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_gcConcurrent"] = "0",
    };

    readonly HttpClient _http;

    StoreProcess(ServerProcess process, TemporaryFolder folder, int port)
        : base(process, folder, port, "BENCH", "BENCH")
    {
        _http = new HttpClient { BaseAddress = new Uri(Url, "/-/"), Timeout = TimeSpan.FromMinutes(5) };
    }

    /// <summary>The bucket that it has from its start.</summary>
    public static string Bucket => StoreService.BucketName;

    /// <summary>The CPU time of the process, in seconds.</summary>
    public double CpuSeconds => ProcessUsage.Read(ProcessId)!.Value.CpuSeconds;

    /// <summary>Starts one and waits until it has its objects.</summary>
    public static Task<StoreProcess> StartAsync(StoreOptions options, CancellationToken cancellationToken) => StartAsync(
        (folder, port) => ServerProcess.Start(
            "store", "dotnet", [typeof(StoreProcess).Assembly.Location, .. Arguments(options, port)], folder["store.log"], Variables),
        (process, folder, port) => new StoreProcess(process, folder, port),
        cancellationToken);

    /// <summary>What it has done since its start or its last reset.</summary>
    public async Task<StoreCounts> ReadCountsAsync(CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync<StoreCounts>("counts", cancellationToken))!;

    /// <summary>What its bucket has.</summary>
    public async Task<BucketContents> ReadContentsAsync(CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync<BucketContents>("contents", cancellationToken))!;

    /// <summary>Brings it back to its state at the start.</summary>
    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        using var response = await _http.PostAsync(new Uri("reset", UriKind.Relative), null, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <inheritdoc/>
    protected override async ValueTask StopAsync()
    {
        _http.Dispose();
        await base.StopAsync();
    }

    static IEnumerable<string> Arguments(StoreOptions options, int port)
    {
        yield return "store";
        yield return $"--port={Number(port)}";
        foreach (var fill in options.Fills)
            yield return $"--fill={fill}";
        yield return $"--synthetic={Number(options.Synthetic)}";
        yield return $"--latency={Number((long)options.Latency.TotalMilliseconds)}";
        yield return $"--most-in-flight={Number(options.MostInFlight)}";
        if (options.DropsBodies)
            yield return "--drop-bodies";
    }

    static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
