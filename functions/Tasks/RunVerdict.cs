using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;

namespace DataTransferHub.Tasks;

/// <summary>What a run's end means for its task: nothing, or an error code and the text people read.</summary>
static class RunVerdict
{
    const int LongestFailure = 2000;

    const string RunAgain = "Use retryFailedItems to run the whole task again; what is there already is not copied again.";

    /// <summary>Judges a run by what its orchestrator said and by what its ledger holds: only where both agree there is no error.</summary>
    /// <param name="end">What the orchestrator said.</param>
    /// <param name="run">The ledger of the run, closed; null when it has none.</param>
    /// <param name="firstFailed">The first item that failed, if one did.</param>
    /// <param name="item">What the task's items are called.</param>
    public static (TaskErrorCode? Code, string? Message) Of(
        RunEnd end, RunProgress? run, IReadOnlyList<FailedItem> firstFailed, ItemNoun item)
    {
        if (end.Summary is not { } said)
        {
            var failure = Shorten((end.Failure ?? "The run ended without a reason").TrimEnd('.', ' '));
            return (FailureCode(end, run), $"{failure}. {NotTried(run, item)}{RunAgain}");
        }

        if (run is not { IsComplete: true } || run.Found != said.Found || said.Found != said.Copied + said.Failed + said.Skipped)
        {
            return (
                TaskErrorCode.CompleteCheckError,
                "The run's counts do not add up: "
                + $"it reports {item.Count(said.Found)} found, {said.Copied} copied, {said.Failed} failed and {said.Skipped} skipped, "
                + $"and its ledger {run?.Found ?? 0}, {run?.Copied ?? 0}, {run?.Failed ?? 0} and {run?.Skipped ?? 0}. {RunAgain}");
        }

        if (run.Failed == 0)
            return (null, null);

        var first = firstFailed is [var failed, ..] ? $" First: '{failed.Key}': {failed.Error.TrimEnd('.', ' ')}." : "";
        return (
            TaskErrorCode.CompleteCheckError,
            Shorten($"{run.Failed} of {item.Count(run.Found)} failed.{first}") + " Use retryFailedItems to try them again.");
    }

    // A run that fails before everything is found could not list one of the sides. A failure without a type, and what the engine
    // itself reports, is something else.
    static TaskErrorCode FailureCode(RunEnd end, RunProgress? run) =>
        run?.IsAllFound is not true
        && end.FailureType is not (null or "OrchestratorTaskNotFound" or "ActivityTaskNotFound" or TaskFault.Terminated or "CorruptHistory")
            ? TaskErrorCode.FinderError
            : TaskErrorCode.UnKnown;

    static string NotTried(RunProgress? run, ItemNoun item) =>
        run is { Found: > 0 } ? $"Of {item.Count(run.Found)} found, {run.NotTried} were not tried. " : "";

    static string Shorten(string text) => text.Length <= LongestFailure ? text : text[..LongestFailure] + "…";
}
