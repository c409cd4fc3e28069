using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Tasks.Tests;

/// <summary>A plugin whose faults a test decides.</summary>
sealed class ScriptedPlugin : ITransferPlugin
{
    public string Type => "S3EC2";

    public TaskEngine Engine => TaskEngine.Hub;

    public string Description => "Objects between object stores.";

    public ItemNoun Item { get; } = new("object", "objects");

    public bool NeedsSchedule => true;

    public IReadOnlyList<ParameterDefinition> Parameters { get; } =
    [
        new("srcBucket"), new("destBucket"), new("srcPrefix", ParameterForm.UrlEncoded), new("destPrefix", ParameterForm.UrlEncoded),
        new("srcCredentials", ParameterForm.SecretName), new("destCredentials", ParameterForm.SecretName),
        .. Enumerable.Range(0, 100).Select(number => new ParameterDefinition($"large-{number}")),
    ];

    public string RunOrchestrator => "ScriptedRun";

    public string DryRunActivity => nameof(ScriptedRun.ScriptedDryRun);

    public string CleanUpActivity => "ScriptedCleanUp";

    /// <summary>What it finds by itself.</summary>
    public List<InputError> Faults { get; } = [];

    /// <summary>What remote services tell it.</summary>
    public List<InputError> RemoteFaults { get; } = [];

    /// <summary>Cleans up outside of an orchestration.</summary>
    public Func<RunRequest, Task> CleaningUp { get; set; } = _ => Task.CompletedTask;

    public Task CleanUpAsync(RunRequest run, CancellationToken cancellationToken) => CleaningUp(run);

    public IReadOnlyList<InputError> Check(TaskParameters parameters) => Faults;

    public IReadOnlyList<string> EndpointsOf(TaskParameters parameters) =>
        [$"https://{parameters.Get("srcBucket")}.example", $"https://{parameters.Get("destBucket")}.example"];

    public Task<IReadOnlyList<InputError>> ProbeAsync(TaskParameters parameters, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<InputError>>(RemoteFaults);
}
