using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using DataTransferHub.Engine.Catalog;
using DataTransferHub.Engine.Hosting.Functions;
using Microsoft.DurableTask;

namespace DataTransferHub.Engine.Hosting.Durable;

/// <summary>The orchestrators and activities of the application, run through the middleware.</summary>
sealed class FunctionCatalog : IFunctionCatalog
{
    static readonly IReadOnlyDictionary<string, object?> NoData = new Dictionary<string, object?>();

    readonly Dictionary<TaskName, OrchestratorFunction> _orchestrators = [];
    readonly Dictionary<TaskName, ActivityFunction> _activities = [];
    readonly FunctionRunner _runner;

    // The activity that CallHttpAsync calls; on the Functions host it is part of the Durable extension.
    static readonly TaskName HttpActivity = "BuiltIn::HttpActivity";

    // Activities that have started and have no result yet. While the host stops, cancelled activities stay here.
    readonly ConcurrentDictionary<ActivityCall, string> _open = new(ReferenceEqualityComparer.Instance);
    volatile bool _parking;

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

    /// <summary>From now on, cancelled activities count as parked.</summary>
    internal void Park() => _parking = true;

    /// <summary>Names of the parked activities: started, and without a result.</summary>
    internal IReadOnlyCollection<string> Parked => [.. _open.Values];

    public bool TryGetOrchestrator(TaskName name, [NotNullWhen(true)] out OrchestratorFunction? f) =>
        _orchestrators.TryGetValue(name, out f);

    public bool TryGetActivity(TaskName name, [NotNullWhen(true)] out ActivityFunction? f)
    {
        if (name == HttpActivity)
            f = _ => throw NotOffered.Feature("TaskOrchestrationContext.CallHttpAsync", "send the request in an activity");
        else
            _activities.TryGetValue(name, out f);
        return f is not null;
    }

    async Task<object?> RunActivity(FunctionMethod function, ActivityCall call)
    {
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { [FunctionCall.InstanceId] = call.InstanceId };
        _open[call] = function.Name;
        try
        {
            return await _runner.RunAsync(new FunctionCall(function, call, data), call.CancellationToken);
        }
        finally
        {
            if (!_parking || !call.CancellationToken.IsCancellationRequested)
                _open.TryRemove(call, out _);
        }
    }
}
