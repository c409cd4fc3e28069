namespace Microsoft.DurableTask;

/// <summary>What a class-based activity may know about its call.</summary>
public abstract class TaskActivityContext
{
    /// <summary>Name of the activity.</summary>
    public abstract TaskName Name { get; }

    /// <summary>Instance id of the orchestration that called it.</summary>
    public abstract string InstanceId { get; }

    /// <summary>Version the activity was called with, or an empty string.</summary>
    public virtual string Version => "";
}
