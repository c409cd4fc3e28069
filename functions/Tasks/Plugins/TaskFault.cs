using Microsoft.DurableTask;

namespace DataTransferHub.Tasks.Plugins;

/// <summary>
/// Why an activity or a sub-orchestration failed: what its code threw, without what hosts and orchestrations wrapped it in.
/// </summary>
/// <param name="Type">Full name of the exception's type, or what the host calls the failure.</param>
/// <param name="Message">The text of the failure.</param>
public sealed record TaskFault(string Type, string Message)
{
    /// <summary>The type of a sub-orchestration that was terminated, which has no failure of its own.</summary>
    public const string Terminated = "Terminated";

    // The official worker wraps what a function throws in the first; an orchestration that does not catch the failure of a task of its
    // own fails with the second.
    static readonly string[] Wrappers = [typeof(AggregateException).FullName!, typeof(TaskFailedException).FullName!];

    /// <summary>The fault behind an exception that an orchestrator caught.</summary>
    public static TaskFault Of(TaskFailedException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return Of(failure.FailureDetails, failure.TaskName);
    }

    /// <summary>The fault behind details of a failure.</summary>
    /// <param name="details">The details; null, in spite of its annotation, where a sub-orchestration was terminated.</param>
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
