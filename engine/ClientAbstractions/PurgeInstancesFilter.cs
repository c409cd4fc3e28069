namespace Microsoft.DurableTask.Client;

/// <summary>Which instances to purge; what is null does not matter.</summary>
/// <param name="CreatedFrom">Created then or later.</param>
/// <param name="CreatedTo">Created then or earlier.</param>
/// <param name="Statuses">In one of these statuses.</param>
public record PurgeInstancesFilter(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null)
{
    /// <summary>Time after which the purge stops and says that it is not complete; null means no bound.</summary>
    public TimeSpan? Timeout { get; init; }
}
