namespace DataTransferHub.Objects.Units;

/// <summary>
/// Why work is postponed: a store fails as a whole, or the run is paused. What was to be done has not failed, and is done later.
/// </summary>
/// <param name="Reason">The last fault, and what to do about it.</param>
/// <param name="Limit">How long the run waits for the end of the outage, see <c>Objects:OutageLimit</c>.</param>
/// <param name="IsPause">Whether the run waits until its task is resumed, however long that takes.</param>
sealed record Outage(string Reason, TimeSpan Limit, bool IsPause = false)
{
    /// <summary>The task is paused.</summary>
    public static readonly Outage Pause = new("The task is paused.", TimeSpan.MaxValue, IsPause: true);

    // A store that has just failed may be back soon; one that has been away for long is asked every few minutes.
    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>How long to wait before the next attempt.</summary>
    /// <param name="attempts">Attempts since the outage began.</param>
    public static TimeSpan PauseAfter(int attempts)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(attempts, 30));
        return pause < LongestPause ? pause : LongestPause;
    }
}
