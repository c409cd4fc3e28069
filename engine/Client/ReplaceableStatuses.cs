using DataTransferHub.Engine.Dispatch;
using DataTransferHub.Engine.Storage;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Client;

/// <summary>In which statuses a new instance replaces an existing one with the same id.</summary>
static class ReplaceableStatuses
{
    /// <summary>A bit mask of all statuses except the named ones; without names, the statuses of finished instances.</summary>
    /// <exception cref="ArgumentException">A name is not a status, or the names contradict each other.</exception>
    public static long Of(IReadOnlyList<string>? dedupeStatuses)
    {
        if (dedupeStatuses is null)
            return InstanceCreation.Finished;
        var kept = new HashSet<OrchestrationRuntimeStatus>();
        foreach (var name in dedupeStatuses)
        {
            if (!Enum.TryParse<OrchestrationRuntimeStatus>(name, ignoreCase: true, out var status)
                || !StartOrchestrationOptionsExtensions.ValidDedupeStatuses.Contains(status))
            {
                throw new ArgumentException(
                    $"'{name}' is not a valid deduplication status. Use "
                    + $"{string.Join(", ", StartOrchestrationOptionsExtensions.ValidDedupeStatuses)}.",
                    nameof(dedupeStatuses));
            }
            kept.Add(status);
        }
        var replaceable = StartOrchestrationOptionsExtensions.ValidDedupeStatuses.Where(status => !kept.Contains(status)).ToList();
        var mayReplaceRunning = replaceable.Exists(status => status
            is OrchestrationRuntimeStatus.Pending or OrchestrationRuntimeStatus.Running or OrchestrationRuntimeStatus.Suspended);
        if (mayReplaceRunning && kept.Contains(OrchestrationRuntimeStatus.Terminated))
        {
            // The wording is the Durable Task Scheduler's; clients look for it.
            throw new ArgumentException(
                "Invalid reusable statuses: cannot exclude 'Terminated' while also allowing reuse of running instances",
                nameof(dedupeStatuses));
        }
        return InstanceFilter.Mask(replaceable.Select(status => (OrchestrationStatus)(int)status));
    }
}
