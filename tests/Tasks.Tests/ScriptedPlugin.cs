using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Tasks.Tests;

/// <summary>A plugin whose faults a test decides.</summary>
sealed class ScriptedPlugin : ITransferPlugin
{
    public TaskType Type => TaskType.S3EC2;

    public string RunOrchestrator => "ScriptedRun";

    public string CleanUpActivity => "ScriptedCleanUp";

    public List<InputError> Faults { get; } = [];

    public Task<IReadOnlyList<InputError>> ValidateAsync(TaskParameters parameters, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<InputError>>(Faults);
}
