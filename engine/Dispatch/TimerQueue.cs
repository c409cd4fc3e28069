using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>Calls actions at their times. Never early; late only by the clock's resolution and the load.</summary>
sealed partial class TimerQueue : IDisposable
{
    // The clock may be set forward while an operating system timer is running, which does not notice.
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);

    readonly TimeProvider _time;
    readonly ILogger _log;
    readonly ITimer _timer;
    readonly Lock _gate = new();

    // Guarded by _gate. A binary heap; each timer has its index in it, so that a cancelled timer is removed immediately.
    readonly List<EngineTimer> _heap = [];
    long _scheduled;
    DateTime? _armedFor;
    bool _disposed;

    public TimerQueue(TimeProvider time, ILogger log)
    {
        _time = time;
        _log = log;
        _timer = time.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Number of waiting timers.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _heap.Count;
        }
    }

    /// <summary>Schedules the timer's action, which must be short. Does nothing if the timer was cancelled before.</summary>
    public void Schedule(EngineTimer timer)
    {
        lock (_gate)
        {
            if (_disposed || timer.Action is null)
                return;
            timer.Sequence = _scheduled++;
            _heap.Add(timer);
            Rise(timer, _heap.Count - 1);
            if (_armedFor is null || timer.Due < _armedFor)
                Arm(timer.Due);
        }
    }

    /// <summary>Cancels a timer and releases its action, whether it is waiting, not scheduled yet or has fired.</summary>
    public void Cancel(EngineTimer timer)
    {
        lock (_gate)
        {
            timer.Action = null;
            if (timer.Place != EngineTimer.Nowhere && !_disposed)
                Remove(timer);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _heap.Clear();
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
            while (_heap.Count > 0 && _heap[0] is var first && first.Due <= now)
            {
                Remove(first);
                due.Add(first.Action!);
                first.Action = null;
            }
            if (_heap.Count > 0)
                Arm(_heap[0].Due);
        }
        foreach (var action in due)
            Run(action);
    }

    // Call the following under _gate.

    void Remove(EngineTimer timer)
    {
        var place = timer.Place;
        timer.Place = EngineTimer.Nowhere;
        var last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        if (last == timer)
            return;
        // The last timer fills the gap and may have to move up or down.
        Sink(last, place);
        Rise(last, last.Place);
    }

    void Rise(EngineTimer timer, int place)
    {
        for (; place > 0 && timer.IsBefore(_heap[(place - 1) / 2]); place = (place - 1) / 2)
            Put(_heap[(place - 1) / 2], place);
        Put(timer, place);
    }

    void Sink(EngineTimer timer, int place)
    {
        for (int child; (child = (2 * place) + 1) < _heap.Count; place = child)
        {
            if (child + 1 < _heap.Count && _heap[child + 1].IsBefore(_heap[child]))
                child++;
            if (!_heap[child].IsBefore(timer))
                break;
            Put(_heap[child], place);
        }
        Put(timer, place);
    }

    void Put(EngineTimer timer, int place)
    {
        _heap[place] = timer;
        timer.Place = place;
    }

    void Run(Action action)
    {
        try
        {
            action();
        }
        // An exception would end the process and prevent the other due actions.
        catch (Exception e)
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

    [LoggerMessage(160, LogLevel.Critical, "A timer action of the engine failed. Restart the hub.")]
    static partial void LogFailed(ILogger log, Exception exception);
}

/// <summary>An action to call once, at a time. The queue's lock guards everything except the time.</summary>
sealed class EngineTimer(DateTime due, Action action)
{
    public const int Nowhere = -1;

    public DateTime Due => due;

    /// <summary>The action; null after it was called or cancelled.</summary>
    public Action? Action { get; set; } = action;

    /// <summary>Order among timers with the same time: the order in which they were scheduled.</summary>
    public long Sequence { get; set; }

    /// <summary>Index in the queue's heap.</summary>
    public int Place { get; set; } = Nowhere;

    public bool IsBefore(EngineTimer other) => due < other.Due || (due == other.Due && Sequence < other.Sequence);
}
