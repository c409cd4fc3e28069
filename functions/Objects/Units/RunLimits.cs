using System.Globalization;
using DataTransferHub.Objects.Settings;

namespace DataTransferHub.Objects.Units;

/// <summary>
/// What decides how much of a run is under way at once. An activity chooses it when the run begins, and the run keeps it: orchestrators
/// that read settings or constants of their own would do something else after an upgrade than their history says.
/// </summary>
/// <param name="Workers">Units in flight at once in each lane.</param>
/// <param name="TasksOfGeneration">Tasks that one generation starts, save those that it starts while its last batch is being found.</param>
/// <param name="UnitsAhead">Finding rests while this many small units wait.</param>
/// <param name="BatchesAhead">
/// Finding rests while this many batches have units that wait. Large objects alone do not hold it up: small ones that come after them
/// would wait for them.
/// </param>
sealed record RunLimits(int Workers, int TasksOfGeneration, int UnitsAhead, int BatchesAhead)
{
    const string WorkerNumber = "workerNumber";
    const int WorkersOf010 = 4;

    /// <summary>The limits of a run with these settings.</summary>
    public static RunLimits Of(ObjectTransferSettings settings) => new(settings.Workers, 1000, 1000, 100);

    /// <summary>
    /// The limits of a run that version 0.1.0 began, whose history holds none. That version read the number of workers from the task's
    /// parameters whenever the orchestrator ran. Never to be changed.
    /// </summary>
    public static RunLimits Of010(IReadOnlyDictionary<string, string> parameters)
    {
        var isGiven = int.TryParse(
            parameters.GetValueOrDefault(WorkerNumber), NumberStyles.Integer, CultureInfo.InvariantCulture, out var workers);
        return new(isGiven ? workers : WorkersOf010, 1000, 1000, 100);
    }
}
