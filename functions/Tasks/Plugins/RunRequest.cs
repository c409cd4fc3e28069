using System.Globalization;

namespace DataTransferHub.Tasks.Plugins;

/// <summary>The input of a plugin's run orchestrator. Contains names of secrets, never their values.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="RunId">
/// The run's id, globally unique: <c>{taskId}-r{number}</c>. Key of its records in the ledger and of its folder in the work area.
/// </param>
/// <param name="Parameters">The task's parameters as they were sent.</param>
/// <param name="RetryOfRunId">When set, only the items that failed in that run are copied, and nothing is listed.</param>
public sealed record RunRequest(string TaskId, string RunId, IReadOnlyDictionary<string, string> Parameters, string? RetryOfRunId = null)
{
    // Each clean-up covers this many runs, so a run whose own clean-up failed gets as many more attempts.
    const int MaximumRecent = 20;

    /// <summary>The task's newest runs, oldest first; this run is the last.</summary>
    public IEnumerable<string> RecentRunIds()
    {
        var prefix = $"{TaskId}-r";
        var isNumbered = RunId.StartsWith(prefix, StringComparison.Ordinal)
            & int.TryParse(
                RunId.AsSpan(Math.Min(prefix.Length, RunId.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out var last);
        if (!isNumbered)
            return [RunId];
        var first = Math.Max(1, last - MaximumRecent + 1);
        return Enumerable.Range(first, last - first + 1).Select(number => prefix + number.ToString(CultureInfo.InvariantCulture));
    }
}
