namespace Microsoft.DurableTask;

/// <summary>How a sub-orchestration is called.</summary>
public record SubOrchestrationOptions : TaskOptions
{
    /// <summary>With retries and an instance id.</summary>
    public SubOrchestrationOptions(TaskRetryOptions? retry = null, string? instanceId = null) : base(retry) =>
        InstanceId = instanceId;

    /// <summary>As the given options; an instance id given here wins over theirs.</summary>
    public SubOrchestrationOptions(TaskOptions options, string? instanceId = null) : base(options) =>
        InstanceId = instanceId ?? (options as SubOrchestrationOptions)?.InstanceId;

    /// <summary>As the given options.</summary>
    public SubOrchestrationOptions(SubOrchestrationOptions options) : base(options) =>
        InstanceId = options.InstanceId;

    /// <summary>Instance id of the sub-orchestration; null lets the engine make one.</summary>
    public string? InstanceId { get; init; }

    /// <summary>Version of the orchestrator; null leaves the choice to the engine.</summary>
    public new TaskVersion? Version
    {
        get => base.Version;
        init => base.Version = value;
    }
}
