namespace DataTransferHub.Objects.Stores;

/// <summary>The two kinds of access, which can fail independently: a store may be read-only for some time.</summary>
enum AccessKind
{
    /// <summary>Lists or reads.</summary>
    Read,

    /// <summary>Writes or deletes.</summary>
    Write,
}

/// <summary>
/// What the requests of this process have shown of one store: whether it fails as a whole, or only for some objects. Thread-safe.
/// </summary>
/// <param name="side">Which end of a transfer it is.</param>
/// <param name="time">Measures how long it has been failing.</param>
sealed class EndpointHealth(StoreSide side, TimeProvider time)
{
    const long Never = long.MinValue;

    // Timestamps of the start of the last request that succeeded, and of the first failure since then.
    readonly long[] _succeeded = [Never, Never];
    readonly long[] _failingSince = [Never, Never];

    /// <summary>Which end of a transfer it is.</summary>
    public StoreSide Side => side;

    /// <summary>The current timestamp.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>A request was answered as a working store answers it; "there is no such object" is such an answer.</summary>
    /// <param name="kind">The kind of request.</param>
    /// <param name="started">When it was sent: a late answer to a request from before an outage does not show that the store works.</param>
    public void Succeeded(AccessKind kind, long started)
    {
        ref var last = ref _succeeded[(int)kind];
        for (var known = Volatile.Read(ref last); started > known;)
        {
            var before = Interlocked.CompareExchange(ref last, started, known);
            if (before == known)
                break;
            known = before;
        }

        ref var failing = ref _failingSince[(int)kind];
        if (Volatile.Read(ref failing) is var since && since != Never && started > since)
            Interlocked.CompareExchange(ref failing, Never, since);
    }

    /// <summary>A request failed in a way that may concern the whole store.</summary>
    public void Failed(AccessKind kind) => Interlocked.CompareExchange(ref _failingSince[(int)kind], time.GetTimestamp(), Never);

    /// <summary>
    /// How long it has failed for a kind of request, none of which has succeeded that was sent after a point in time; null if it has not.
    /// </summary>
    /// <param name="timestamp">The point in time, see <see cref="Now"/>.</param>
    public TimeSpan? FailingSince(long timestamp)
    {
        TimeSpan? longest = null;
        foreach (var kind in (AccessKind[])[AccessKind.Read, AccessKind.Write])
        {
            var since = Volatile.Read(ref _failingSince[(int)kind]);
            if (since == Never || Volatile.Read(ref _succeeded[(int)kind]) > timestamp)
                continue;
            var elapsed = time.GetElapsedTime(since);
            if (longest is null || elapsed > longest)
                longest = elapsed;
        }

        return longest;
    }
}
