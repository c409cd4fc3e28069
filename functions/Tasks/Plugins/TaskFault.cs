using Microsoft.DurableTask;

namespace DataTransferHub.Tasks.Plugins;

/// <summary>
/// Why an activity or a sub-orchestration failed: the exception of its code, without the wrappers that hosts and orchestrations add.
/// </summary>
/// <param name="Type">Full name of the exception's type, or the host's name for the failure.</param>
/// <param name="Message">The message.</param>
public sealed record TaskFault(string Type, string Message)
{
    /// <summary>The type for a terminated sub-orchestration, which has no failure details.</summary>
    public const string Terminated = "Terminated";

    // The official worker wraps the exceptions of functions in the first; an orchestration that does not catch the failure of one of its
    // tasks fails with the second.
    static readonly string[] Wrappers = [typeof(AggregateException).FullName!, typeof(TaskFailedException).FullName!];

    /// <summary>The fault behind an exception that an orchestrator caught.</summary>
    public static TaskFault Of(TaskFailedException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return Of(failure.FailureDetails, failure.TaskName);
    }

    /// <summary>The fault behind failure details.</summary>
    /// <param name="details">The details; null for a terminated sub-orchestration, although annotated as not null.</param>
    /// <param name="task">Name of the task, for a fault without details.</param>
    public static TaskFault Of(TaskFailureDetails? details, string task = "")
    {
        if (details is null)
            return new TaskFault(Terminated, task.Length == 0 ? "It was terminated." : $"{task} was terminated.");
        while (Wrappers.Contains(details.ErrorType) && details.InnerFailure is { } inner)
            details = inner;
        return new TaskFault(details.ErrorType, details.ErrorMessage);
    }
}
