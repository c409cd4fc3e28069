using DataTransferHub.Tasks.Plugins;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Objects.Run;

/// <summary>The activity that cleans up after a run, see <see cref="RunCleaner"/>.</summary>
sealed class CleanUpObjects(RunCleaner cleaner)
{
    [Function(nameof(CleanUpObjects))]
    public async Task<bool> RunAsync([ActivityTrigger] RunRequest run, CancellationToken cancellationToken)
    {
        await cleaner.CleanUpAsync(run, cancellationToken);
        return true;
    }
}
