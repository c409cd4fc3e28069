using System.ComponentModel;

namespace Microsoft.DurableTask;

/// <summary>How often and how fast a failed activity or sub-orchestration is tried again.</summary>
public class RetryPolicy
{
    /// <summary>
    /// Makes a policy. The delay before attempt n + 1 is <paramref name="firstRetryInterval"/> ×
    /// <paramref name="backoffCoefficient"/> to the power of n - 1, at most <paramref name="maxRetryInterval"/>.
    /// </summary>
    /// <param name="maxNumberOfAttempts">Attempts in all, the first one included; at least 1.</param>
    /// <param name="firstRetryInterval">Delay before the second attempt; more than zero.</param>
    /// <param name="backoffCoefficient">Growth of the delay; at least 1.</param>
    /// <param name="maxRetryInterval">Longest delay; one hour if not given.</param>
    /// <param name="retryTimeout">No attempt begins later than this after the first one; without end if not given.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public RetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNumberOfAttempts);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(backoffCoefficient, 1.0);
        ThrowIfShorter(maxRetryInterval, firstRetryInterval, nameof(maxRetryInterval));
        ThrowIfShorter(retryTimeout, firstRetryInterval, nameof(retryTimeout));

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval ?? TimeSpan.FromHours(1);
        RetryTimeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
        Handle = _ => true;
    }

    /// <summary>Attempts in all, the first one included.</summary>
    public int MaxNumberOfAttempts { get; }

    /// <summary>Delay before the second attempt.</summary>
    public TimeSpan FirstRetryInterval { get; }

    /// <summary>Growth of the delay from attempt to attempt.</summary>
    public double BackoffCoefficient { get; }

    /// <summary>Longest delay; <see cref="Timeout.InfiniteTimeSpan"/> means no bound.</summary>
    public TimeSpan MaxRetryInterval { get; }

    /// <summary>No attempt begins later than this after the first one; <see cref="Timeout.InfiniteTimeSpan"/> means no bound.</summary>
    public TimeSpan RetryTimeout { get; }

    /// <summary>
    /// Whether a failure is worth another attempt. The engine asks it with a <see cref="TaskFailedException"/>; set it through
    /// <see cref="HandleFailure"/>.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Func<Exception, bool> Handle { get; private init; }

    /// <summary>Never asked.</summary>
    [Obsolete("Never asked. Use TaskOptions.FromRetryHandler or HandleFailure instead.")]
    public Func<Exception, Task<bool>>? HandleAsync { get; set; }

    /// <summary>Whether a failure is worth another attempt; every failure is unless this says otherwise.</summary>
    public Func<TaskFailureDetails, bool> HandleFailure
    {
        init => Handle = exception => value(
            exception is TaskFailedException failed ? failed.FailureDetails : TaskFailureDetails.FromException(exception));
    }

    static void ThrowIfShorter(TimeSpan? value, TimeSpan first, string name)
    {
        if (value < first && value != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(name, value, $"Must be at least the first retry interval, {first}.");
    }
}
