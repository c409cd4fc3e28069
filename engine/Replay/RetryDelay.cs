using Microsoft.DurableTask;

namespace DataTransferHub.Engine.Replay;

static class RetryDelay
{
    /// <summary>How long to wait before the next attempt; null if there is none.</summary>
    public static TimeSpan? Next(RetryPolicy policy, int attempt, TimeSpan sinceFirstAttempt, TaskFailureDetails? failure)
    {
        if (attempt >= policy.MaxNumberOfAttempts)
            return null;
        if (policy.RetryTimeout != Timeout.InfiniteTimeSpan && sinceFirstAttempt >= policy.RetryTimeout)
            return null;
        if (!IsHandled(policy, failure))
            return null;
        var milliseconds = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, attempt - 1);
        var longest = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : policy.MaxRetryInterval;
        return milliseconds >= longest.TotalMilliseconds ? longest : TimeSpan.FromMilliseconds(milliseconds);
    }

    static bool IsHandled(RetryPolicy policy, TaskFailureDetails? failure)
    {
        try
        {
            return policy.Handle(Failures.ToCore(failure));
        }
        // A predicate that throws counts as "no retry", as in the Durable Task Framework.
        catch (Exception)
        {
            return false;
        }
    }
}
