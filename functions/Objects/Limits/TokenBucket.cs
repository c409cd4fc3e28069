namespace DataTransferHub.Objects.Limits;

/// <summary>
/// Limits a rate. Who takes tokens goes on when the bucket is not in debt, and may bring it into debt: the average is right whatever is
/// taken at once, and a new rate applies at once to those that wait. Those that have begun something go before those that would begin
/// something new, so that no more is in progress than the rate allows. Thread-safe.
/// </summary>
sealed class TokenBucket
{
    // What was not used before is made up for up to this time.
    static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(100);

    readonly TimeProvider _time;
    readonly ITimer _timer;
    readonly Lock _lock = new();
    readonly LinkedList<Waiter> _going = [];
    readonly LinkedList<Waiter> _starting = [];
    double? _perSecond;
    double _balance;
    long _settled;

    /// <param name="time">Measures the rate.</param>
    public TokenBucket(TimeProvider time)
    {
        _time = time;
        _settled = time.GetTimestamp();
        _timer = time.CreateTimer(
            static bucket => ((TokenBucket)bucket!).Release(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The rate in tokens a second, or null for no limit.</summary>
    public double? PerSecond
    {
        get
        {
            lock (_lock)
                return _perSecond;
        }
        set
        {
            lock (_lock)
            {
                Settle();
                _perSecond = value;
                _balance = Math.Min(_balance, Most);
            }

            Release();
        }
    }

    double Most => _perSecond * Burst.TotalSeconds ?? 0;

    /// <summary>Takes tokens when it is its turn.</summary>
    /// <param name="tokens">How many.</param>
    /// <param name="isStart">Whether something new begins with it.</param>
    /// <param name="cancellationToken">Cancels the wait; nothing is taken then.</param>
    public ValueTask TakeAsync(double tokens, bool isStart, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_lock)
        {
            if (_perSecond is null)
                return ValueTask.CompletedTask;
            Settle();
            if (_balance >= 0 && _going.Count == 0 && (!isStart || _starting.Count == 0))
            {
                _balance -= tokens;
                return ValueTask.CompletedTask;
            }

            waiter = new Waiter(tokens);
            (isStart ? _starting : _going).AddLast(waiter.Node);
            SetTimer();
        }

        return new ValueTask(WaitAsync(waiter, cancellationToken));
    }

    /// <summary>Returns tokens that were taken and are not needed.</summary>
    public void GiveBack(double tokens)
    {
        lock (_lock)
        {
            Settle();
            _balance = Math.Min(Most, _balance + tokens);
        }

        Release();
    }

    async Task WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        using var cancelled = cancellationToken.UnsafeRegister(_ => Cancel(waiter, cancellationToken), null);
        await waiter.Turn.Task;
    }

    void Cancel(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (waiter.Node.List is not { } list)
                return;
            list.Remove(waiter.Node);
        }

        waiter.Turn.TrySetCanceled(cancellationToken);
    }

    void Release()
    {
        var released = new List<Waiter>();
        lock (_lock)
        {
            Settle();
            while ((_going.First ?? _starting.First) is { } next && (_perSecond is null || _balance >= 0))
            {
                next.List!.Remove(next);
                if (_perSecond is not null)
                    _balance -= next.Value.Tokens;
                released.Add(next.Value);
            }

            SetTimer();
        }

        foreach (var waiter in released)
            waiter.Turn.SetResult();
    }

    void Settle()
    {
        var now = _time.GetTimestamp();
        _balance = _perSecond is { } rate ? Math.Min(Most, _balance + rate * _time.GetElapsedTime(_settled, now).TotalSeconds) : 0;
        _settled = now;
    }

    void SetTimer()
    {
        if (_going.Count + _starting.Count == 0 || _perSecond is not { } rate)
            return;
        // A timer counts whole milliseconds.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, -_balance) / rate * 1000)), Timeout.InfiniteTimeSpan);
    }

    sealed class Waiter
    {
        public Waiter(double tokens) => (Tokens, Node) = (tokens, new LinkedListNode<Waiter>(this));

        public double Tokens { get; }

        public LinkedListNode<Waiter> Node { get; }

        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
