using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>Everything that is to happen at a time. Never early; late by no more than the clock's resolution and the load.</summary>
sealed partial class TimerQueue : IDisposable
{
    // The clock may be set forward while a timer of the operating system, which does not notice, is running.
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);

    readonly TimeProvider _time;
    readonly ILogger _log;
    readonly ITimer _timer;
    readonly Lock _gate = new();

    // Guarded by _gate.
    readonly PriorityQueue<Action, DateTime> _queue = new();
    DateTime? _armedFor;
    bool _disposed;

    public TimerQueue(TimeProvider time, ILogger log)
    {
        _time = time;
        _log = log;
        _timer = time.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Calls <paramref name="action"/>, which must be short, once it is <paramref name="due"/>.</summary>
    public void Schedule(DateTime due, Action action)
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _queue.Enqueue(action, due);
            if (_armedFor is null || due < _armedFor)
                Arm(due);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _queue.Clear();
        }
        _timer.Dispose();
    }

    void Fire()
    {
        var due = new List<Action>();
        lock (_gate)
        {
            if (_disposed)
                return;
            _armedFor = null;
            var now = _time.GetUtcNow().UtcDateTime;
            while (_queue.TryPeek(out var action, out var at) && at <= now)
            {
                _queue.Dequeue();
                due.Add(action);
            }
            if (_queue.TryPeek(out _, out var next))
                Arm(next);
        }
        foreach (var action in due)
            Run(action);
    }

    void Run(Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // On a timer's thread it would end the process, and the others that are due must not suffer.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(_log, e);
        }
    }

    void Arm(DateTime due)
    {
        var wait = due - _time.GetUtcNow().UtcDateTime;
        _armedFor = due;
        if (wait > LongestWait)
            wait = LongestWait;
        // Timers count whole milliseconds and round down.
        _timer.Change(wait <= TimeSpan.Zero ? TimeSpan.Zero : wait + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    [LoggerMessage(160, LogLevel.Critical, "Something that was due failed in the engine. Restart the hub.")]
    static partial void LogFailed(ILogger log, Exception exception);
}
