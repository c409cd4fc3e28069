using DataTransferHub.Tasks.Limits;

namespace DataTransferHub.Objects.Limits;

/// <summary>Keeps the limits of one task or endpoint in this process.</summary>
/// <param name="time">Measures the rates.</param>
sealed class RateLimiter(TimeProvider time)
{
    /// <summary>Requests.</summary>
    public TokenBucket Requests { get; } = new(time);

    /// <summary>Bytes that are read.</summary>
    public TokenBucket Reads { get; } = new(time);

    /// <summary>Bytes that are written.</summary>
    public TokenBucket Writes { get; } = new(time);

    /// <summary>Applies limits, also to what waits already.</summary>
    public void Set(RateLimits limits)
    {
        Requests.PerSecond = limits.RequestsPerSecond;
        Reads.PerSecond = limits.BytesPerSecond;
        Writes.PerSecond = limits.BytesPerSecond;
    }
}
