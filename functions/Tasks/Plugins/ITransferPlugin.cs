namespace DataTransferHub.Tasks.Plugins;

/// <summary>
/// One kind of data that tasks can move (objects, images, a plugin stack). <c>Tasks</c> knows the kinds only through this
/// interface; a new kind is a new folder and one registration.
/// </summary>
interface ITransferPlugin
{
    /// <summary>The task type this plugin serves.</summary>
    TaskType Type { get; }

    /// <summary>
    /// Name of the orchestrator that performs one run. Its input is a <see cref="RunRequest"/>, its output a <see cref="RunSummary"/>.
    /// It fails with an exception only when the run as a whole could not be done; objects that failed are counted instead.
    /// </summary>
    string RunOrchestrator { get; }

    /// <summary>
    /// Name of the activity that removes what a run left behind when it was stopped (open multipart uploads, work files).
    /// Its input is a <see cref="RunRequest"/>. Runs any number of times, and after success too.
    /// </summary>
    string CleanUpActivity { get; }

    /// <summary>
    /// Checks a task's parameters when it is created and returns every fault found; an empty list means that they are good.
    /// What only a remote service can tell is asked for within a few seconds, and a service that does not answer is no fault here:
    /// the run reports it. Defaults are filled in by <paramref name="parameters"/>' own accessors, never written back.
    /// </summary>
    Task<IReadOnlyList<InputError>> ValidateAsync(TaskParameters parameters, CancellationToken cancellationToken);
}
