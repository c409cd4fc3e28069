namespace DataTransferHub.Tasks.Plugins;

/// <summary>
/// One kind of data with one engine. <c>Tasks</c> and <c>Api</c> know plugins only through this interface; everything that is specific
/// to a kind of data is behind it. A new plugin is a new folder and one registration as a singleton.
/// </summary>
interface ITransferPlugin
{
    /// <summary>The task type that it handles; a GraphQL name, for example <c>S3EC2</c>.</summary>
    string Type { get; }

    /// <summary>What copies the items of its tasks.</summary>
    TaskEngine Engine { get; }

    /// <summary>What its tasks move, in one sentence.</summary>
    string Description { get; }

    /// <summary>What it calls one item, and several.</summary>
    ItemNoun Item { get; }

    /// <summary>
    /// Whether the hub starts the runs of a FIXED_RATE task, so that such a task needs a schedule. Otherwise the hub starts a single run,
    /// and what that run has set up continues by itself.
    /// </summary>
    bool NeedsSchedule { get; }

    /// <summary>Every parameter that it accepts, except the schedule.</summary>
    IReadOnlyList<ParameterDefinition> Parameters { get; }

    /// <summary>
    /// Name of the orchestrator that performs one run. Its input is a <see cref="RunRequest"/>, its output a <see cref="RunSummary"/>.
    /// It fails with an exception only if the run as a whole was impossible; failed items are counted in its output instead.
    /// </summary>
    string RunOrchestrator { get; }

    /// <summary>
    /// Name of the activity that cleans up after a run (open multipart uploads, work files). Its input is a <see cref="RunRequest"/>. It
    /// may run any number of times, also after a successful run.
    /// </summary>
    string CleanUpActivity { get; }

    /// <summary>
    /// Name of the activity that finds one batch of what a run would copy, within about half a minute, and copies nothing; null if there
    /// is none. Its input is a <c>DryRunBatch</c>, its output a <c>DryRunFound</c>.
    /// </summary>
    string? DryRunActivity => null;

    /// <summary>
    /// Does the work of <see cref="CleanUpActivity"/>, outside of an orchestration: removes what an ended run has left behind, and records
    /// what cannot be removed (<see cref="Runs.ILeftovers"/>).
    /// </summary>
    Task CleanUpAsync(RunRequest run, CancellationToken cancellationToken);

    /// <summary>
    /// Validates the parameters of a new task without asking a remote service, and returns every fault. The caller reports names that are
    /// not in <see cref="Parameters"/> and secrets that do not exist.
    /// </summary>
    IReadOnlyList<InputError> Check(TaskParameters parameters);

    /// <summary>
    /// The endpoints to which the task's requests go, for limits that hold for all tasks together. None if the parameters are invalid or
    /// the plugin keeps no such limits.
    /// </summary>
    IReadOnlyList<string> EndpointsOf(TaskParameters parameters);

    /// <summary>
    /// Checks parameters against the remote services, within a few seconds. Called only if there are no other faults. A service that does
    /// not answer is not a fault here; the run reports it.
    /// </summary>
    Task<IReadOnlyList<InputError>> ProbeAsync(TaskParameters parameters, CancellationToken cancellationToken);
}
