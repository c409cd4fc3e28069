using System.Collections.Immutable;

namespace Microsoft.DurableTask;

/// <summary>How an orchestration is started.</summary>
public record StartOrchestrationOptions
{
    /// <summary>With an instance id and a time.</summary>
    public StartOrchestrationOptions(string? InstanceId = null, DateTimeOffset? StartAt = null)
    {
        this.InstanceId = InstanceId;
        this.StartAt = StartAt;
    }

    /// <summary>As the given options.</summary>
    public StartOrchestrationOptions(StartOrchestrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        InstanceId = options.InstanceId;
        StartAt = options.StartAt;
        Tags = options.Tags;
        Version = options.Version;
        DedupeStatuses = options.DedupeStatuses;
    }

    /// <summary>Instance id; null lets the engine make one.</summary>
    public string? InstanceId { get; init; }

    /// <summary>When it begins; null means at once.</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>Tags the instance carries.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Version of the orchestrator; null leaves the choice to the engine.</summary>
    public TaskVersion? Version { get; init; }

    /// <summary>Statuses of an existing instance with this id that forbid the start; null means the engine's own rule.</summary>
    public IReadOnlyList<string>? DedupeStatuses { get; init; }
}
