using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Tasks.DryRuns;

/// <summary>Asks a plugin's activity for the next batch of a dry run (<see cref="ITransferPlugin.DryRunActivity"/>).</summary>
/// <param name="Run">The task and its parameters, with the dry run's id instead of a run's.</param>
/// <param name="Batch">The batch's number, from 0.</param>
/// <param name="AfterKey">The key at which the previous batch ended, or null.</param>
/// <param name="Token">The plugin's token at which the previous batch ended, or null.</param>
sealed record DryRunBatch(RunRequest Run, int Batch, string? AfterKey = null, string? Token = null);

/// <summary>A batch of a dry run, whose items are in the work area (<see cref="DryRunItems"/>).</summary>
/// <param name="Counts">What it found.</param>
/// <param name="IsLast">Whether nothing is left to find.</param>
/// <param name="NextKey">The key after which the next batch starts, or null.</param>
/// <param name="NextToken">The token at which the next batch starts, or null.</param>
/// <param name="Error">Why the dry run cannot go on, or null.</param>
sealed record DryRunFound(
    DryRunCounts Counts, bool IsLast, string? NextKey = null, string? NextToken = null, string? Error = null)
{
    /// <summary>The result of a search that cannot go on.</summary>
    public static DryRunFound Failed(string error) => new(new DryRunCounts(0, 0, 0), true, Error: error);
}
