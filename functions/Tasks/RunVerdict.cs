using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Tasks;

/// <summary>What a run's end means for its task: nothing, or an error code and the text people read.</summary>
static class RunVerdict
{
    const int LongestFailure = 2000;

    public static (TaskErrorCode? Code, string? Message) Of(RunEnd end, RunPhase? phase, IReadOnlyList<FailedItem> firstFailed)
    {
        if (end.Summary is not { } summary)
            return (FailureCode(end, phase), Shorten(end.Failure ?? "The run ended without a reason."));

        if (summary.Failed > 0)
        {
            var first = firstFailed is [var item, ..] ? $" First: '{item.Key}': {item.Error.TrimEnd('.', ' ')}." : "";
            return (TaskErrorCode.CompleteCheckError, Shorten($"{summary.Failed} of {summary.Found} objects failed.{first}") + " Use retryFailedObjects to try them again.");
        }

        return summary.Found == summary.Copied + summary.Skipped
            ? (null, null)
            : (TaskErrorCode.CompleteCheckError, $"The run's counts do not add up: {summary.Found} objects found, but {summary.Copied} copied and {summary.Skipped} skipped. Use retryFailedObjects to run the task again; what is there already is not copied again.");
    }

    // A run that fails before everything is found could not list one of the sides. What the engine itself reports is something else.
    static TaskErrorCode FailureCode(RunEnd end, RunPhase? phase) =>
        phase is RunPhase.FindingAndCopying
        && end.FailureType is not ("OrchestratorTaskNotFound" or "ActivityTaskNotFound" or "CorruptHistory")
            ? TaskErrorCode.FinderError
            : TaskErrorCode.UnKnown;

    static string Shorten(string text) => text.Length <= LongestFailure ? text : text[..LongestFailure] + "…";
}
