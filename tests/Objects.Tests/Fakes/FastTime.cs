namespace DataTransferHub.Objects.Tests.Fakes;

/// <summary>The system's time, accelerated, so that pauses between attempts are short.</summary>
sealed class FastTime(int factor) : TimeProvider
{
    readonly DateTimeOffset _start = System.GetUtcNow();

    readonly long _startStamp = System.GetTimestamp();

    public override long GetTimestamp() => _startStamp + (System.GetTimestamp() - _startStamp) * factor;

    public override DateTimeOffset GetUtcNow() => _start + (System.GetUtcNow() - _start) * factor;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new FastTimer(System.CreateTimer(callback, state, Shorten(dueTime), Shorten(period)), Shorten);

    TimeSpan Shorten(TimeSpan time) => time > TimeSpan.Zero ? time / factor : time;

    sealed class FastTimer(ITimer timer, Func<TimeSpan, TimeSpan> shorten) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(shorten(dueTime), shorten(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
