namespace DataTransferHub.Objects.Routes;

/// <summary>
/// The rate at which one stream of bytes gets from a source to a destination, as this process has seen it. Only an estimate: it decides how
/// an object is sent, not whether. Thread-safe.
/// </summary>
/// <param name="time">Measures how long streams take.</param>
sealed class TransferRate(TimeProvider time)
{
    // Bytes per second, until something was sent: a link on which a first object of some hundred megabytes is worth an attempt.
    const double Unknown = 32e6;

    // The weight of a new observation.
    const double Weight = 0.3;

    double _bytesPerSecond;

    /// <summary>How long one stream is expected to take.</summary>
    public TimeSpan TimeFor(long bytes)
    {
        var rate = Volatile.Read(ref _bytesPerSecond);
        return TimeSpan.FromSeconds(bytes / (rate > 0 ? rate : Unknown));
    }

    /// <summary>The current timestamp.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>One stream has sent so many bytes since a timestamp.</summary>
    public void Note(long bytes, long started)
    {
        var elapsed = time.GetElapsedTime(started);
        // What is shorter says more of the latency than of the rate.
        if (elapsed < TimeSpan.FromMilliseconds(50))
            return;
        var now = Math.Max(1, bytes / elapsed.TotalSeconds);
        var known = Volatile.Read(ref _bytesPerSecond);
        Volatile.Write(ref _bytesPerSecond, known > 0 ? known + Weight * (now - known) : now);
    }
}
