namespace DataTransferHub.Bench.Store;

/// <summary>What a store has done since its start or its last reset. Thread-safe.</summary>
sealed class StoreStatistics
{
    long _requests;
    long _refused;
    long _received;
    long _sent;
    int _inFlight;
    int _mostInFlight;

    /// <summary>The counts now.</summary>
    public StoreCounts Counts => new(
        Interlocked.Read(ref _requests), Interlocked.Read(ref _refused), Interlocked.Read(ref _received), Interlocked.Read(ref _sent),
        Volatile.Read(ref _mostInFlight));

    /// <summary>A request has come; false if there are more than <paramref name="most"/> of them now, and it is to be refused.</summary>
    public bool TryBegin(int most)
    {
        Interlocked.Increment(ref _requests);
        var inFlight = Interlocked.Increment(ref _inFlight);
        if (inFlight > most)
        {
            Interlocked.Decrement(ref _inFlight);
            Interlocked.Increment(ref _refused);
            return false;
        }

        for (var highest = Volatile.Read(ref _mostInFlight); inFlight > highest;)
            highest = Interlocked.CompareExchange(ref _mostInFlight, inFlight, highest) is var found && found == highest ? inFlight : found;
        return true;
    }

    /// <summary>A request that was not refused has been answered.</summary>
    public void End() => Interlocked.Decrement(ref _inFlight);

    /// <summary>Bytes of an object or a part have arrived.</summary>
    public void Received(long bytes) => Interlocked.Add(ref _received, bytes);

    /// <summary>A body has been sent.</summary>
    public void Sent(long bytes) => Interlocked.Add(ref _sent, bytes);

    /// <summary>Counts from 0 again.</summary>
    public void Reset()
    {
        Interlocked.Exchange(ref _requests, 0);
        Interlocked.Exchange(ref _refused, 0);
        Interlocked.Exchange(ref _received, 0);
        Interlocked.Exchange(ref _sent, 0);
        Volatile.Write(ref _mostInFlight, 0);
    }
}

/// <summary>What a store has done.</summary>
/// <param name="Requests">Requests that have come, refused ones included.</param>
/// <param name="Refused">Requests that were refused with SlowDown.</param>
/// <param name="ReceivedBytes">Bytes of objects and parts, also of those that were interrupted.</param>
/// <param name="SentBytes">Bytes of bodies.</param>
/// <param name="MostInFlight">The highest number of requests at the same time, refused ones not counted.</param>
sealed record StoreCounts(long Requests, long Refused, long ReceivedBytes, long SentBytes, int MostInFlight);
