using DataTransferHub.Engine.Replay;
using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>
/// One unfinished instance in memory: the messages it has not processed, and its state that is known without reading the store. It has at
/// most one episode at a time, from when that is scheduled until its commit has been reported.
/// </summary>
#pragma warning disable CA1001 // Activities may still use the token after the instance has ended; without a timer it holds no resources.
sealed class InstanceMailbox(string instanceId, long key, string executionId, Action<InstanceMailbox> schedule, TimerQueue timers)
#pragma warning restore CA1001
{
    // Limits the work and the packed row of one episode; further messages wait for the next.
    const int MaxBatch = 1_000;

    /// <summary>The timer after which an episode that failed in the engine, or could not be written, is retried.</summary>
    public const int RetryTimer = -2;

    const int StartTimer = -1;

    readonly Lock _gate = new();
    readonly CancellationTokenSource _ended = new();

    // Guarded by _gate.
    readonly LinkedList<InstanceMessage> _messages = new();
    readonly OpenWork _open = new();

    // Timers of the current execution by task id; the engine's own have negative ids. They are waiting, or have just fired.
    readonly Dictionary<int, EngineTimer> _timers = [];
    string _executionId = executionId;
    DateTime? _startAt;
    bool _busy;
    bool _isEnded;

    public string InstanceId => instanceId;

    public long Key => key;

    /// <summary>Cancelled when the instance ends, for its activities that are still running.</summary>
    public CancellationToken Ended => _ended.Token;

    public string ExecutionId
    {
        get
        {
            lock (_gate)
                return _executionId;
        }
    }

    public bool IsEnded
    {
        get
        {
            lock (_gate)
                return _isEnded;
        }
    }

    // The following belong to the running episode; between episodes only the executor cache accesses them, under _gate.

    /// <summary>The live orchestrator, or null if it must be replayed.</summary>
    public OrchestrationExecutor? Executor { get; set; }

    /// <summary>The parent, if it was read from the instance's row.</summary>
    public string? ParentId { get; set; }

    /// <summary>The start of the current execution, without its input.</summary>
    public ExecutionStartedEvent? Started { get; set; }

    public OrchestrationStatus Status { get; set; } = OrchestrationStatus.Pending;

    public long NextEpisode { get; set; }

    /// <summary>Size of the current execution's stored history, in bytes.</summary>
    public long HistoryBytes { get; set; }

    /// <summary>Why the instance cannot continue, if its stored data is known to be damaged.</summary>
    public string? Damage { get; set; }

    public int FailedAttempts { get; set; }

    /// <summary>When the last episode ran: an orchestrator's time never goes back, even if the clock is set back.</summary>
    public DateTime LastEpisodeAt { get; set; }

    /// <summary>Adds a message; it is dropped if it ends a task that is not open, or is for another execution.</summary>
    public void Enqueue(InstanceMessage message)
    {
        lock (_gate)
        {
            if (_isEnded || IsStale(message) || !_open.Close(message.Event))
                return;
            if (message.Event.TimerFired is { } fired)
                _timers.Remove(fired.TimerId);
            _messages.AddLast(message);
            ScheduleIfReady();
        }
    }

    /// <summary>Runs an episode even without a message, for example to report a failure.</summary>
    public void Poke()
    {
        lock (_gate)
        {
            if (_isEnded || _startAt is not null)
                return;
            _messages.AddLast(new InstanceMessage(0, _executionId, new HistoryEvent { EventId = -1 }));
            ScheduleIfReady();
        }
    }

    /// <summary>Holds a pending instance back until its start time.</summary>
    public void HoldUntil(DateTime startAt)
    {
        lock (_gate)
            _startAt = startAt;
        Schedule(StartTimer, startAt, StartDue);
    }

    /// <summary>Calls the action when it is due, unless the execution (or the instance, for the engine's own) has ended by then.</summary>
    public void Schedule(int timerId, DateTime due, Action action)
    {
        var timer = new EngineTimer(due, action);
        lock (_gate)
        {
            if (_isEnded)
                return;
            _timers[timerId] = timer;
        }
        timers.Schedule(timer);
    }

    public void StartDue()
    {
        lock (_gate)
        {
            _startAt = null;
            CancelTimer(StartTimer);
            ScheduleIfReady();
        }
    }

    /// <summary>
    /// Takes the messages of the next episode, and the inbox rows of messages that no execution needs. An instance that is held back has an
    /// episode only if it is terminated, and the episode gets only that message.
    /// </summary>
    public (List<InstanceMessage> Batch, List<long> Dropped, bool HeldBack) Take()
    {
        lock (_gate)
        {
            var batch = new List<InstanceMessage>(Math.Min(_messages.Count, MaxBatch));
            var dropped = new List<long>();
            if (_startAt is not null)
            {
                batch.AddRange(_messages.Where(m => m.Event.ExecutionStarted is not null).Take(1));
                batch.AddRange(_messages.Where(m => m.Event.ExecutionTerminated is not null).Take(1));
                return (batch, dropped, true);
            }
            while (batch.Count < MaxBatch && _messages.First is { Value: var message })
            {
                _messages.RemoveFirst();
                if (!IsStale(message))
                    batch.Add(message);
                else if (message.Sequence > 0)
                    dropped.Add(message.Sequence);
            }
            return (batch, dropped, false);
        }
    }

    /// <summary>Updates what is open from the events of one committed episode.</summary>
    public void Record(IEnumerable<HistoryEvent> events, IEnumerable<int> cancelledTimers)
    {
        lock (_gate)
        {
            foreach (var e in events)
                _open.Record(e);
            foreach (var timer in cancelledTimers)
            {
                _open.Timers.Remove(timer);
                CancelTimer(timer);
            }
        }
    }

    /// <summary>Switches to the next execution: its first messages precede all that wait.</summary>
    public void ContinueAs(string nextExecutionId, IReadOnlyList<InstanceMessage> first)
    {
        lock (_gate)
        {
            _executionId = nextExecutionId;
            _open.Clear();
            CancelTimers();
            for (var i = first.Count - 1; i >= 0; i--)
                _messages.AddFirst(first[i]);
        }
        Executor = null;
        Started = null;
        HistoryBytes = 0;
    }

    /// <summary>Ends the episode, and schedules the next one if there are messages.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _busy = false;
            ScheduleIfReady();
        }
    }

    /// <summary>The instance has ended or was removed: it gets no more messages, and its activities are cancelled.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isEnded = true;
            _messages.Clear();
            _open.Clear();
            CancelTimers();
        }
        // Not on this thread: callbacks registered on the token are the activities' code.
        _ = _ended.CancelAsync();
    }

    public bool TryEvict()
    {
        lock (_gate)
        {
            if (_busy)
                return false;
            Executor = null;
            return true;
        }
    }

    /// <summary>Inspects the live orchestrator; null if there is none or an episode is running.</summary>
    public T? TryPeek<T>(Func<OrchestrationExecutor, T> look) where T : class
    {
        lock (_gate)
            return _busy || Executor is null ? null : look(Executor);
    }

    /// <summary>Inspects the open work.</summary>
    public T Inspect<T>(Func<OpenWork, T> look)
    {
        lock (_gate)
            return look(_open);
    }

    // Call under _gate.
    void CancelTimer(int timerId)
    {
        if (_timers.Remove(timerId, out var timer))
            timers.Cancel(timer);
    }

    // Call under _gate.
    void CancelTimers()
    {
        foreach (var timer in _timers.Values)
            timers.Cancel(timer);
        _timers.Clear();
    }

    bool IsStale(InstanceMessage message) => message.ExecutionId is { Length: > 0 } id && id != _executionId;

    void ScheduleIfReady()
    {
        if (_busy || _isEnded || _messages.Count == 0)
            return;
        if (_startAt is not null && !_messages.Any(m => m.Event.ExecutionTerminated is not null))
            return;
        _busy = true;
        schedule(this);
    }
}
