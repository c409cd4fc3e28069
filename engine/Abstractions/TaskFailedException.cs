namespace Microsoft.DurableTask;

/// <summary>An activity or sub-orchestration failed.</summary>
public sealed class TaskFailedException : Exception
{
    /// <summary>With the exception that made it fail.</summary>
    public TaskFailedException(string taskName, int taskId, Exception innerException)
        : this(taskName, taskId, TaskFailureDetails.FromException(innerException), innerException)
    {
    }

    /// <summary>With what is known about the failure.</summary>
    public TaskFailedException(string taskName, int taskId, TaskFailureDetails failureDetails)
        : this(taskName, taskId, failureDetails, null)
    {
    }

    TaskFailedException(string taskName, int taskId, TaskFailureDetails details, Exception? cause)
        : base(Describe(taskName, taskId, details), cause)
    {
        TaskName = taskName;
        TaskId = taskId;
        FailureDetails = details;
    }

    /// <summary>Name of the task.</summary>
    public string TaskName { get; }

    /// <summary>Id of the task within its orchestration.</summary>
    public int TaskId { get; }

    /// <summary>Why it failed.</summary>
    public TaskFailureDetails FailureDetails { get; }

    /// <summary>Whether the task failed with exactly this type.</summary>
    [Obsolete("Use FailureDetails.IsCausedBy<T>() instead.")]
    public bool IsCausedByException<T>() where T : Exception => FailureDetails.ErrorType == typeof(T).FullName;

    // The official wording: programs and tests look for it.
    static string Describe(string taskName, int taskId, TaskFailureDetails? details) =>
        $"Task '{taskName}' (#{taskId}) failed with an unhandled exception" + (details?.ErrorMessage is { } message ? ": " + message : ".");
}
