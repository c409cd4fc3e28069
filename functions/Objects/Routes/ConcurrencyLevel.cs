namespace DataTransferHub.Objects.Routes;

/// <summary>
/// Finds how many transfers of a route are best in progress at once: more as long as that raises the throughput, fewer when a store
/// throttles or does not answer in time. Begins by doubling, then tries a quarter more and a fifth less from time to time. Changes only
/// while it is the limit, as nothing can be learned otherwise. Not thread-safe.
/// </summary>
/// <param name="most">The maximum.</param>
/// <param name="time">Measures the throughput.</param>
sealed class ConcurrencyLevel(int most, TimeProvider time)
{
    // Enough for two processors and a near store, whatever was measured; only an overload gets lower.
    const int First = 32;
    const int Least = 16;

    // The work of one transfer, in bytes, besides its own bytes: what a stream could carry during the round trips.
    const double WorkOfTransfer = 128 * 1024;

    // By how much a step must change the throughput to be kept.
    const double WorthDoubling = 1.25;
    const double WorthMore = 1.08;
    const double HarmlessLess = 0.98;
    const double CutBy = 0.7;
    const int WindowsBetweenProbes = 4;

    static readonly TimeSpan ShortestWindow = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan CutMemory = TimeSpan.FromSeconds(30);

    readonly Window _window = new();
    Phase _phase = Phase.Doubling;
    int _before;
    double _throughput;
    int _quietWindows;
    double _ceiling = most;
    long _cutAt;

    enum Phase
    {
        Doubling,
        Quiet,
        TryingMore,
        TryingLess,
    }

    /// <summary>How many transfers may be in progress.</summary>
    public int Value { get; private set; } = Math.Min(First, most);

    /// <summary>The current timestamp.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>A transfer has ended well.</summary>
    /// <param name="began">When it began, see <see cref="Now"/>.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="othersWait">Whether other transfers wait for their turn.</param>
    public void Ended(long began, long bytes, bool othersWait)
    {
        var now = Now;
        if (_window.Opened == 0)
        {
            // Only transfers that began with the present level show what it is worth.
            if (began >= _window.Since)
                _window.Open(now, time.GetElapsedTime(began, now));
            return;
        }

        _window.Add(WorkOfTransfer + bytes, othersWait);
        var elapsed = time.GetElapsedTime(_window.Opened, now);
        if (_window.Count < Value / 2 || elapsed < ShortestWindow || elapsed < _window.Shortest)
            return;
        if (_window.IsLimited)
            Learn(_window.Work / elapsed.TotalSeconds);
        _window.Restart(now);
    }

    /// <summary>A store throttled a transfer, or did not answer in time.</summary>
    /// <param name="began">When it began; one that began before the last cut says nothing new.</param>
    public void Overloaded(long began)
    {
        if (_cutAt != 0 && began < _cutAt)
            return;
        _cutAt = Math.Max(1, Now);
        _ceiling = Math.Max(1, Value * 0.9);
        Value = Math.Max(1, (int)(Value * CutBy));
        _phase = Phase.Quiet;
        _quietWindows = 0;
        _throughput = 0;
        _window.Restart(_cutAt);
    }

    void Learn(double throughput)
    {
        if (_cutAt != 0 && time.GetElapsedTime(_cutAt) > CutMemory)
            (_ceiling, _cutAt) = (most, 0);
        switch (_phase)
        {
            case Phase.Doubling when throughput >= WorthDoubling * _throughput:
                _throughput = throughput;
                Step(Value * 2.0, Phase.Doubling);
                break;
            case Phase.Doubling:
                Settle(Math.Max(throughput, _throughput), throughput > _throughput * WorthMore ? Value : _before);
                break;
            case Phase.Quiet:
                _throughput = _throughput == 0 ? throughput : _throughput + 0.3 * (throughput - _throughput);
                if (++_quietWindows >= WindowsBetweenProbes)
                    Step(Value * 1.25 + 1, Phase.TryingMore);
                break;
            case Phase.TryingMore when throughput >= WorthMore * _throughput:
                _throughput = throughput;
                Step(Value * 1.25 + 1, Phase.TryingMore);
                break;
            case Phase.TryingMore:
                Value = _before;
                Step(Value * 0.8, Phase.TryingLess);
                break;
            case Phase.TryingLess:
                Settle(_throughput, throughput >= HarmlessLess * _throughput ? Value : _before);
                break;
            default:
                throw new InvalidOperationException($"There is no phase {_phase}.");
        }
    }

    void Settle(double throughput, int level)
    {
        (_throughput, Value, _phase, _quietWindows) = (throughput, level, Phase.Quiet, 0);
    }

    // At a limit, there is nothing to try.
    void Step(double level, Phase phase)
    {
        var next = (int)Math.Min(level, Math.Min(most, _ceiling));
        if (phase == Phase.TryingLess)
            next = Math.Max(next, Math.Min(Value, Least));
        if (next == Value || phase != Phase.TryingLess && next < Value)
        {
            Settle(_throughput, Value);
            return;
        }

        (_before, Value, _phase) = (Value, next, phase);
    }

    // What is counted at one level.
    sealed class Window
    {
        int _limited;

        public long Since { get; private set; }

        public long Opened { get; private set; }

        public TimeSpan Shortest { get; private set; }

        public int Count { get; private set; }

        public double Work { get; private set; }

        // Whether nearly always a transfer waited for its turn.
        public bool IsLimited => _limited >= 0.9 * Count;

        public void Restart(long since) => (Since, Opened) = (since, 0);

        public void Open(long now, TimeSpan shortest) => (Opened, Shortest, Count, Work, _limited) = (now, shortest, 0, 0, 0);

        public void Add(double work, bool isLimited)
        {
            Count++;
            Work += work;
            if (isLimited)
                _limited++;
        }
    }
}
