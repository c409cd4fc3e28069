using System.Diagnostics.CodeAnalysis;
using DataTransferHub.Engine.Catalog;
using Microsoft.DurableTask;

namespace DataTransferHub.Engine.Tests.Engine;

/// <summary>Orchestrators and activities given as lambdas.</summary>
sealed class FunctionsUnderTest : IFunctionCatalog
{
    readonly Dictionary<string, OrchestratorFunction> _orchestrators = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, ActivityFunction> _activities = new(StringComparer.OrdinalIgnoreCase);

    public FunctionsUnderTest Orchestrator(string name, Func<TaskOrchestrationContext, Task<object?>> code)
    {
        _orchestrators[name] = new(code);
        return this;
    }

    public FunctionsUnderTest Orchestrator(string name, Func<TaskOrchestrationContext, Task> code) =>
        Orchestrator(name, async Task<object?> (context) =>
        {
            await code(context);
            return null;
        });

    public FunctionsUnderTest Activity(string name, Func<ActivityCall, Task<object?>> code)
    {
        _activities[name] = new(code);
        return this;
    }

    public FunctionsUnderTest Activity(string name, Func<ActivityCall, object?> code) =>
        Activity(name, call => Task.FromResult(code(call)));

    public bool TryGetOrchestrator(TaskName name, [NotNullWhen(true)] out OrchestratorFunction? f) =>
        _orchestrators.TryGetValue(name, out f);

    public bool TryGetActivity(TaskName name, [NotNullWhen(true)] out ActivityFunction? f) => _activities.TryGetValue(name, out f);
}
