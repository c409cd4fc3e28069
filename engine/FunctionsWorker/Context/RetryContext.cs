namespace Microsoft.Azure.Functions.Worker;

/// <summary>The host's own retries of an invocation; those of an orchestration are not counted here.</summary>
public abstract class RetryContext
{
    /// <summary>Retries so far.</summary>
    public abstract int RetryCount { get; }

    /// <summary>Most retries there will be.</summary>
    public abstract int MaxRetryCount { get; }
}
