using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using DataTransferHub.Engine.Hosting.Discovery;
using DataTransferHub.Engine.Hosting.Invocation;
using Microsoft.DurableTask;

namespace DataTransferHub.Engine.Hosting.Durable;

/// <summary>The orchestrators and activities of the application, run through the middleware.</summary>
sealed class FunctionCatalog : IFunctionCatalog
{
    static readonly IReadOnlyDictionary<string, object?> NoData = new Dictionary<string, object?>();

    readonly Dictionary<TaskName, OrchestratorFunction> _orchestrators = [];
    readonly Dictionary<TaskName, ActivityFunction> _activities = [];
    readonly ConcurrentBag<string> _interrupted = [];
    readonly FunctionRunner _runner;

    internal FunctionCatalog(IEnumerable<FunctionMethod> functions, FunctionRunner runner)
    {
        _runner = runner;
        foreach (var function in functions)
        {
            if (function.Trigger is OrchestratorFunctionTrigger orchestrator)
                _orchestrators.Add(orchestrator.Name, context => runner.RunOrchestratorAsync(new(function, context, NoData)));
            else if (function.Trigger is ActivityFunctionTrigger activity)
                _activities.Add(activity.Name, call => RunActivity(function, call));
        }
    }

    /// <summary>Names of the activities that ended because they were cancelled.</summary>
    internal IReadOnlyCollection<string> Interrupted => _interrupted;

    public bool TryGetOrchestrator(TaskName name, [NotNullWhen(true)] out OrchestratorFunction? f) => _orchestrators.TryGetValue(name, out f);

    public bool TryGetActivity(TaskName name, [NotNullWhen(true)] out ActivityFunction? f) => _activities.TryGetValue(name, out f);

    async Task<object?> RunActivity(FunctionMethod function, ActivityCall call)
    {
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { [FunctionCall.InstanceId] = call.InstanceId };
        try
        {
            return await _runner.RunAsync(new FunctionCall(function, call, data), call.CancellationToken);
        }
        catch (OperationCanceledException) when (call.CancellationToken.IsCancellationRequested)
        {
            _interrupted.Add(function.Name);
            throw;
        }
    }
}
