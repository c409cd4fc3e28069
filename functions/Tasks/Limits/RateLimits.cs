namespace DataTransferHub.Tasks.Limits;

/// <summary>What may be transferred at most, on average over about a second. Bytes are limited in each direction by itself.</summary>
/// <param name="BytesPerSecond">Bytes a second that are read, and as many that are written; null for no limit.</param>
/// <param name="RequestsPerSecond">Requests a second; null for no limit.</param>
sealed record RateLimits(long? BytesPerSecond, long? RequestsPerSecond)
{
    /// <summary>No limits.</summary>
    public static readonly RateLimits None = new(null, null);
}
