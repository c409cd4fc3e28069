using DataTransferHub.Engine.Catalog;
using DataTransferHub.Engine.Dispatch;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;

namespace DataTransferHub.Engine.Tests.Engine;

/// <summary>An engine with its own file, which can be killed and restarted.</summary>
sealed class EngineUnderTest : IAsyncDisposable
{
    readonly string _folder = Path.Combine(Path.GetTempPath(), "dth-engine-" + Guid.NewGuid().ToString("N"));
    readonly IFunctionCatalog _functions;
    readonly TimeProvider _time;
    readonly Func<DurableEngineOptions, DurableEngineOptions> _configure;

    EngineUnderTest(
        IFunctionCatalog functions, TimeProvider time, Func<DurableEngineOptions, DurableEngineOptions> configure, LogUnderTest log)
    {
        _functions = functions;
        _time = time;
        _configure = configure;
        Log = log;
        Engine = New();
    }

    public DurableEngine Engine { get; private set; }

    public DurableTaskClient Client => Engine.Client;

    public LogUnderTest Log { get; }

    public string DatabasePath => Path.Combine(_folder, "hub.db");

    public static CancellationToken Patience => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    public static async Task<EngineUnderTest> StartAsync(
        IFunctionCatalog functions,
        TimeProvider? time = null,
        Func<DurableEngineOptions, DurableEngineOptions>? configure = null,
        LogUnderTest? log = null)
    {
        var engine = new EngineUnderTest(
            functions, time ?? TimeProvider.System, configure ?? (options => options), log ?? new LogUnderTest());
        await engine.Engine.StartAsync(Patience);
        return engine;
    }

    /// <summary>Ends as SIGKILL would, and restarts with what is on the disk.</summary>
    public async Task CrashAndRestartAsync()
    {
        Engine.Abandon();
        Engine = New();
        await Engine.StartAsync(Patience);
    }

    public async Task StopAndRestartAsync()
    {
        await Engine.StopAsync(Patience);
        Engine = New();
        await Engine.StartAsync(Patience);
    }

    public async Task<OrchestrationMetadata> RunAsync(string orchestrator, object? input = null)
    {
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, Patience);
        return await CompletionAsync(id);
    }

    public Task<OrchestrationMetadata> CompletionAsync(string instanceId) =>
        Client.WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs: true, Patience);

    /// <summary>Polls until a condition is true.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var patience = Patience;
        while (!condition())
            await timer.WaitForNextTickAsync(patience);
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    DurableEngine New() => new(
        _configure(new DurableEngineOptions { DatabasePath = DatabasePath }),
        _functions,
        JsonDataConverter.Default,
        _time,
        Log);
}
