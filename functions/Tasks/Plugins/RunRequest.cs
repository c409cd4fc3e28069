using System.Globalization;

namespace DataTransferHub.Tasks.Plugins;

/// <summary>What a plugin's run orchestrator is asked to do. Holds names of secrets, never their values.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="RunId">
/// The run, unique for ever: <c>{taskId}-r{number}</c>. Key of its records in the ledger and of its folder in the work area.
/// </param>
/// <param name="Parameters">The task's parameters as they were sent.</param>
/// <param name="RetryOfRunId">When set, only the items that failed in that run are copied, and nothing is listed.</param>
public sealed record RunRequest(string TaskId, string RunId, IReadOnlyDictionary<string, string> Parameters, string? RetryOfRunId = null)
{
    // Each clean-up looks at so many runs, so a run whose own has failed has as many more.
    const int MaximumRecent = 20;

    /// <summary>The task's latest runs, this one the last.</summary>
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
