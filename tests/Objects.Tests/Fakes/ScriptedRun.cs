using System.Diagnostics.CodeAnalysis;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Engine;
using DataTransferHub.Engine.Catalog;
using DataTransferHub.Engine.Dispatch;
using DataTransferHub.Objects.LargeObjects;
using DataTransferHub.Objects.Run;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Plugins;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataTransferHub.Objects.Tests.Fakes;

/// <summary>The orchestrators of a run on a real engine, with activities that a test scripts.</summary>
sealed class ScriptedRun : IFunctionCatalog, IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    readonly TemporaryFolder _folder = new();
    readonly Dictionary<string, ActivityFunction> _activities = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, OrchestratorFunction> _orchestrators = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(TransferObjects)] = new(async context => await TransferObjects.RunAsync(context)),
        [nameof(CopyLargeObject)] = new(async context => await CopyLargeObject.RunAsync(context)),
    };

    readonly DurableEngine _engine;

    public ScriptedRun(TimeProvider? time = null) => _engine = new DurableEngine(
        new DurableEngineOptions { DatabasePath = _folder["hub.db"] }, this, JsonDataConverter.Default, time ?? TimeProvider.System,
        NullLoggerFactory.Instance);

    public static RunRequest Run { get; } = new("task", "task-r1", new Dictionary<string, string>
    {
        ["srcBucket"] = "source",
        ["destBucket"] = "destination",
        ["destPrefix"] = "copies",
        ["workerNumber"] = "4",
    });

    public DurableTaskClient Client => _engine.Client;

    /// <summary>Scripts an activity.</summary>
    public void Play<TInput, TOutput>(string activity, Func<TInput, CancellationToken, Task<TOutput>> play) =>
        _activities[activity] = new(async call =>
            await play(JsonDataConverter.Default.Deserialize<TInput>(call.Input)!, call.CancellationToken));

    /// <summary>Replaces the orchestrator of large objects.</summary>
    public void PlayLargeObjects(Func<TaskOrchestrationContext, Task<UnitResult>> play) =>
        _orchestrators[nameof(CopyLargeObject)] = new(async context => await play(context));

    /// <summary>Starts an orchestration.</summary>
    public async Task<string> StartAsync(string orchestrator, object input)
    {
        await _engine.StartAsync(Bench.Ct);
        return await Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(Run.RunId), Bench.Ct);
    }

    /// <summary>The end of an orchestration, which must come within a generous limit.</summary>
    public Task<OrchestrationMetadata> EndOfAsync(string id) =>
        Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Bench.Ct).WaitAsync(Patience, Bench.Ct);

    public bool TryGetOrchestrator(TaskName name, [NotNullWhen(true)] out OrchestratorFunction? f) =>
        _orchestrators.TryGetValue(name, out f);

    public bool TryGetActivity(TaskName name, [NotNullWhen(true)] out ActivityFunction? f) => _activities.TryGetValue(name, out f);

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _folder.Dispose();
    }
}
