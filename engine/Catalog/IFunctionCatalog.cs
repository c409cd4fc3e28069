using System.Diagnostics.CodeAnalysis;
using Microsoft.DurableTask;

namespace DataTransferHub.Engine.Catalog;

/// <summary>Runs an orchestrator's code with its context and returns its output.</summary>
delegate Task<object?> OrchestratorFunction(TaskOrchestrationContext context);

/// <summary>Runs one attempt of an activity and returns its output.</summary>
delegate Task<object?> ActivityFunction(ActivityCall call);

/// <summary>One attempt of an activity.</summary>
/// <param name="Name">Name of the activity.</param>
/// <param name="InstanceId">The orchestration that called it.</param>
/// <param name="ExecutionId">The generation of that orchestration.</param>
/// <param name="TaskId">Id of the task within the generation.</param>
/// <param name="Input">The input as JSON, or null.</param>
/// <param name="CancellationToken">Cancelled when the orchestration is terminated or the host stops.</param>
sealed record ActivityCall(
    TaskName Name, string InstanceId, string ExecutionId, int TaskId, string? Input, CancellationToken CancellationToken);

/// <summary>The functions of the application by name, ready to be run by the engine.</summary>
interface IFunctionCatalog
{
    /// <summary>Finds an orchestrator.</summary>
    bool TryGetOrchestrator(TaskName name, [NotNullWhen(true)] out OrchestratorFunction? f);

    /// <summary>Finds an activity.</summary>
    bool TryGetActivity(TaskName name, [NotNullWhen(true)] out ActivityFunction? f);
}
