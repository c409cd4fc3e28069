namespace Microsoft.DurableTask;

/// <summary>
/// Decides after a failed attempt whether to try again. Runs inside the orchestrator, so it obeys the orchestrator's rules.
/// No delay is added.
/// </summary>
public delegate bool RetryHandler(RetryContext retryContext);

/// <summary>
/// Decides after a failed attempt whether to try again, and may wait on a durable timer first. Runs inside the orchestrator, so it
/// obeys the orchestrator's rules. No other delay is added.
/// </summary>
public delegate Task<bool> AsyncRetryHandler(RetryContext retryContext);
