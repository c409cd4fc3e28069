using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;

namespace DataTransferHub.Tasks;

/// <summary>The effect of a run's end on its task: none, or an error code and a message for users.</summary>
static class RunVerdict
{
    const int LongestFailure = 2000;

    const string RunAgain = "Use retryFailedItems to run the whole task again; what is already at the destination is not copied again.";

    /// <summary>Derives the verdict from the orchestrator's result and the ledger; there is no error only if the two agree.</summary>
    /// <param name="end">The orchestrator's result.</param>
    /// <param name="run">The closed ledger of the run; null if it has none.</param>
    /// <param name="firstFailed">The first failed item, if any.</param>
    /// <param name="item">The noun for the task's items.</param>
    public static (TaskErrorCode? Code, string? Message) Of(
        RunEnd end, RunProgress? run, IReadOnlyList<FailedItem> firstFailed, ItemNoun item)
    {
        if (end.Summary is not { } said)
        {
            var failure = Shorten((end.Failure ?? "The run ended without giving a reason").TrimEnd('.', ' '));
            return (FailureCode(end, run), $"{failure}. {NotTried(run, item)}{RunAgain}");
        }

        if (run is not { IsComplete: true } || run.Found != said.Found || said.Found != said.Copied + said.Failed + said.Skipped)
        {
            return (
                TaskErrorCode.CompleteCheckError,
                "The run's counts do not add up: "
                + $"it reports {item.Count(said.Found)} found, {said.Copied} copied, {said.Failed} failed and {said.Skipped} not copied; "
                + $"its ledger has {run?.Found ?? 0}, {run?.Copied ?? 0}, {run?.Failed ?? 0} and {run?.Skipped ?? 0}. {RunAgain}");
        }

        if (run.Failed == 0)
            return (null, null);

        var first = firstFailed is [var failed, ..] ? $" First: '{failed.Key}': {failed.Error.TrimEnd('.', ' ')}." : "";
        return (
            TaskErrorCode.CompleteCheckError,
            Shorten($"{run.Failed} of {item.Count(run.Found)} failed.{first}") + " Use retryFailedItems to try them again.");
    }

    // A run that fails before the search is complete could not list one of the sides. Failures without a type, and failures that the
    // engine itself reports, have other causes.
    static TaskErrorCode FailureCode(RunEnd end, RunProgress? run) =>
        run?.IsAllFound is not true
        && end.FailureType is not (null or "OrchestratorTaskNotFound" or "ActivityTaskNotFound" or TaskFault.Terminated or "CorruptHistory")
            ? TaskErrorCode.FinderError
            : TaskErrorCode.UnKnown;

    static string NotTried(RunProgress? run, ItemNoun item) =>
        run is { Found: > 0 } ? $"Of {item.Count(run.Found)} found, {run.NotTried} were not tried. " : "";

    static string Shorten(string text) => text.Length <= LongestFailure ? text : text[..LongestFailure] + "…";
}
