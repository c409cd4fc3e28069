namespace DataTransferHub.Tasks.Plugins;

/// <summary>
/// One kind of data, and one way to move it. <c>Tasks</c> and <c>Api</c> know the kinds only through this interface, and everything
/// that is particular to a kind is behind it. A new kind is a new folder and one registration as a singleton.
/// </summary>
interface ITransferPlugin
{
    /// <summary>The task type that it serves; a GraphQL name, for example <c>S3EC2</c>.</summary>
    string Type { get; }

    /// <summary>What copies the items of its tasks.</summary>
    TaskEngine Engine { get; }

    /// <summary>What its tasks move, in one sentence.</summary>
    string Description { get; }

    /// <summary>What it calls one item, and several.</summary>
    ItemNoun Item { get; }

    /// <summary>
    /// Whether the hub begins the runs of a FIXED_RATE task, so that such a task needs a schedule. Without one, the hub begins a single
    /// run, and what that run has set up goes on by itself.
    /// </summary>
    bool NeedsSchedule { get; }

    /// <summary>Every parameter that it accepts, besides the schedule.</summary>
    IReadOnlyList<ParameterDefinition> Parameters { get; }

    /// <summary>
    /// Name of the orchestrator that performs one run. Its input is a <see cref="RunRequest"/>, its output a <see cref="RunSummary"/>.
    /// It fails with an exception only when the run as a whole could not be done; items that failed are counted instead.
    /// </summary>
    string RunOrchestrator { get; }

    /// <summary>
    /// Name of the activity that removes what a run left behind when it was stopped (open multipart uploads, work files).
    /// Its input is a <see cref="RunRequest"/>. Runs any number of times, and after success too.
    /// </summary>
    string CleanUpActivity { get; }

    /// <summary>
    /// Checks the parameters of a new task without asking any remote service, and returns every fault. Names that are not in
    /// <see cref="Parameters"/>, and secrets that do not exist, are reported by the caller.
    /// </summary>
    IReadOnlyList<InputError> Check(TaskParameters parameters);

    /// <summary>
    /// Asks the remote services what only they can tell, within a few seconds, for parameters that have no other fault. A service that
    /// does not answer is not a fault here: the run reports it.
    /// </summary>
    Task<IReadOnlyList<InputError>> ProbeAsync(TaskParameters parameters, CancellationToken cancellationToken);
}
