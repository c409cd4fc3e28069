using System.Globalization;
using DataTransferHub.Objects.Settings;

namespace DataTransferHub.Objects.Units;

/// <summary>
/// Limits on the concurrent work of a run. An activity determines them when the run starts, and the run keeps them: orchestrators that read
/// settings or constants directly would no longer match their history after an upgrade.
/// </summary>
/// <param name="Workers">Concurrent units in each lane.</param>
/// <param name="TasksOfGeneration">Tasks that one generation starts, except those started while its last batch is being found.</param>
/// <param name="UnitsAhead">The search pauses while this many small units wait.</param>
/// <param name="BatchesAhead">
/// The search pauses while this many batches have waiting units. Waiting large objects alone do not pause it, as small objects after them
/// would have to wait.
/// </param>
/// <param name="Searches">Spans of keys that are searched concurrently. Versions up to 0.2.0 searched one.</param>
sealed record RunLimits(int Workers, int TasksOfGeneration, int UnitsAhead, int BatchesAhead, int Searches = 1)
{
    /// <summary>Spans of keys that a new run searches concurrently at most.</summary>
    public const int MostSearches = 8;


    const string WorkerNumber = "workerNumber";
    const int WorkersOf010 = 4;

    /// <summary>The limits of a run with these settings.</summary>
    public static RunLimits Of(ObjectTransferSettings settings) => new(settings.Workers, 1000, 1000, 100, MostSearches);

    /// <summary>
    /// The limits of a run started by version 0.1.0, whose history contains none. That version read the number of workers from the task's
    /// parameters whenever the orchestrator ran. Must never be changed.
    /// </summary>
    public static RunLimits Of010(IReadOnlyDictionary<string, string> parameters)
    {
        var isGiven = int.TryParse(
            parameters.GetValueOrDefault(WorkerNumber), NumberStyles.Integer, CultureInfo.InvariantCulture, out var workers);
        return new(isGiven ? workers : WorkersOf010, 1000, 1000, 100);
    }
}
