namespace DataTransferHub.Objects.Limits;

/// <summary>The pace of one direction of one store: the slowest of several limits.</summary>
/// <param name="buckets">The limits in bytes.</param>
/// <param name="time">Measures the waits.</param>
sealed class Pace(IReadOnlyList<TokenBucket> buckets, TimeProvider time)
{
    /// <summary>What a body's start is charged, in bytes, so that not all begin at once; its first bytes are free.</summary>
    public const int FirstBytes = 4096;

    // A wait is reported so often that no time-out of an idle connection takes it for a silent store.
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);

    const int PiecesPerSecond = 10;

    /// <summary>How many bytes to move at once at most, so that all that is in progress moves on.</summary>
    public int Piece(int length)
    {
        foreach (var bucket in buckets)
        {
            if (bucket.PerSecond is { } rate)
                length = Math.Min(length, Math.Max(FirstBytes, (int)Math.Min(int.MaxValue, rate / PiecesPerSecond)));
        }

        return length;
    }

    /// <summary>Takes the first bytes of a new body.</summary>
    /// <param name="length">Its length if it is known.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async ValueTask StartAsync(long? length, CancellationToken cancellationToken)
    {
        foreach (var bucket in buckets)
            await bucket.TakeAsync(FirstBytesOf(length), isStart: true, cancellationToken);
    }

    /// <summary>Returns what was taken too much for a body of which no length was known.</summary>
    /// <param name="length">Its length.</param>
    public void Correct(long length)
    {
        var surplus = FirstBytes - FirstBytesOf(length);
        for (var i = 0; surplus > 0 && i < buckets.Count; i++)
            buckets[i].GiveBack(surplus);
    }

    /// <summary>How many of a body's bytes are taken with its start.</summary>
    /// <param name="length">Its length if it is known.</param>
    public static int FirstBytesOf(long? length) => (int)Math.Min(FirstBytes, length ?? FirstBytes);

    /// <summary>Takes bytes of a body in progress.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="waiting">Called every few seconds of a wait.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async ValueTask TakeAsync(int bytes, Action? waiting, CancellationToken cancellationToken)
    {
        foreach (var bucket in buckets)
        {
            var turn = bucket.TakeAsync(bytes, isStart: false, cancellationToken);
            if (turn.IsCompletedSuccessfully || waiting is null)
                await turn;
            else
                await WaitAsync(turn.AsTask(), waiting);
        }
    }

    async Task WaitAsync(Task turn, Action waiting)
    {
        while (await Task.WhenAny(turn, Task.Delay(Tick, time)) != turn)
            waiting();
        await turn;
    }
}
