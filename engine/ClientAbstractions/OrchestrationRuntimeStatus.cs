namespace Microsoft.DurableTask.Client;

/// <summary>Where an orchestration stands. The numbers are those of the wire protocol.</summary>
public enum OrchestrationRuntimeStatus
{
    /// <summary>It has begun and is not done.</summary>
    Running,

    /// <summary>It returned.</summary>
    Completed,

    /// <summary>Not used.</summary>
    [Obsolete("Not used; kept because the number is taken.")]
    ContinuedAsNew,

    /// <summary>It ended with an exception.</summary>
    Failed,

    /// <summary>Not used.</summary>
    [Obsolete("Not used; kept because the number is taken.")]
    Canceled,

    /// <summary>It was ended from outside.</summary>
    Terminated,

    /// <summary>It is to begin.</summary>
    Pending,

    /// <summary>It takes no events until it is resumed.</summary>
    Suspended,
}
