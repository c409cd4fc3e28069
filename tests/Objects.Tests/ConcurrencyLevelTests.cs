using DataTransferHub.Objects.Routes;

namespace DataTransferHub.Objects.Tests;

/// <summary>The level that a route finds, with simulated stores.</summary>
public sealed class ConcurrencyLevelTests
{
    const int Most = 1000;

    /// <summary>A far store that serves any number at once: the level rises to the maximum within seconds.</summary>
    [Theory]
    [InlineData(100)]
    [InlineData(400)]
    public void A_far_store_gets_as_many_as_allowed(int milliseconds)
    {
        var run = new Simulation(Most) { Latency = TimeSpan.FromMilliseconds(milliseconds) };

        run.RunUntil(TimeSpan.FromSeconds(20));

        Assert.True(run.Level.Value > 0.8 * Most, $"{run.Level.Value}");
    }

    /// <summary>A store that serves so many a second: its throughput is reached, without a long queue at it.</summary>
    [Theory]
    [InlineData(50, 2000, 100)]
    [InlineData(200, 500, 100)]
    [InlineData(1, 10_000, 16)]
    public void A_small_store_gets_no_more_than_it_serves(int milliseconds, int perSecond, int enough)
    {
        var run = new Simulation(Most) { Latency = TimeSpan.FromMilliseconds(milliseconds), PerSecond = perSecond };

        run.RunUntil(TimeSpan.FromSeconds(20));
        var before = run.Done;
        run.RunUntil(TimeSpan.FromSeconds(80));

        Assert.InRange((run.Done - before) / 60.0, 0.9 * perSecond, 1.01 * perSecond);
        Assert.InRange(run.MeanLevel(TimeSpan.FromSeconds(20)), 0.8 * enough, 3 * enough);
    }

    /// <summary>A store that throttles whatever is above a number in progress.</summary>
    [Fact]
    public void A_throttling_store_is_used_up_to_its_limit()
    {
        var run = new Simulation(Most) { Latency = TimeSpan.FromMilliseconds(200), ThrottledAbove = 300 };

        run.RunUntil(TimeSpan.FromSeconds(10));
        var (before, throttled) = (run.Done, run.Throttled);
        run.RunUntil(TimeSpan.FromSeconds(130));

        Assert.InRange((run.Done - before) / 120.0, 0.75 * 1500, 1500);
        Assert.InRange((run.Throttled - throttled) / (double)(run.Done - before), 0, 0.01);
    }

    [Fact]
    public void One_overload_is_one_cut_whoever_saw_it()
    {
        var time = new ManualTime();
        var level = new ConcurrencyLevel(Most, time);
        var before = level.Value;
        var began = level.Now;
        time.Advance(TimeSpan.FromMilliseconds(100));

        for (var i = 0; i < 20; i++)
            level.Overloaded(began);

        Assert.InRange(level.Value, before / 2, before - 1);
    }

    [Fact]
    public void An_overloaded_store_gets_one_transfer_at_least()
    {
        var time = new ManualTime();
        var level = new ConcurrencyLevel(Most, time);
        for (var i = 0; i < 50; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            level.Overloaded(level.Now);
        }

        Assert.Equal(1, level.Value);
    }

    [Fact]
    public void A_level_that_is_not_reached_stays()
    {
        var run = new Simulation(Most) { Latency = TimeSpan.FromMilliseconds(50), Offered = 10 };
        var before = run.Level.Value;

        run.RunUntil(TimeSpan.FromSeconds(20));

        Assert.Equal(before, run.Level.Value);
    }

    [Fact]
    public void A_store_that_becomes_faster_gets_more()
    {
        var run = new Simulation(Most) { Latency = TimeSpan.FromMilliseconds(100), PerSecond = 320 };
        run.RunUntil(TimeSpan.FromSeconds(20));
        var before = run.Level.Value;
        run.PerSecond = 5000;

        run.RunUntil(TimeSpan.FromSeconds(60));

        Assert.True(run.Level.Value > 3 * before, $"{before} -> {run.Level.Value}");
    }

    // Transfers that each take the latency and their place in the queue of the store.
    sealed class Simulation
    {
        readonly ManualTime _time = new();
        readonly Random _random = new(20261127);
        readonly PriorityQueue<(long Began, bool IsThrottled), long> _inProgress = new();
        readonly List<(long At, int Level)> _levels = [];
        long _free;

        public Simulation(int most) => Level = new ConcurrencyLevel(most, _time);

        public ConcurrencyLevel Level { get; }

        public TimeSpan Latency { get; init; }

        public int PerSecond { get; set; } = 1_000_000;

        public int ThrottledAbove { get; init; } = int.MaxValue;

        // Transfers that are there to be done at once.
        public int Offered { get; init; } = int.MaxValue;

        public long Done { get; private set; }

        public long Throttled { get; private set; }

        public double MeanLevel(TimeSpan after) => _levels.Where(entry => entry.At > after.Ticks).Average(entry => entry.Level);

        public void RunUntil(TimeSpan end)
        {
            while (true)
            {
                while (_inProgress.Count < Math.Min(Level.Value, Offered))
                    Begin();
                if (!_inProgress.TryPeek(out _, out var at) || at > end.Ticks)
                    return;
                var (began, isThrottled) = _inProgress.Dequeue();
                _time.Ticks = at;
                if (isThrottled)
                {
                    Throttled++;
                    Level.Overloaded(began);
                }
                else
                {
                    Done++;
                    Level.Ended(began, 4096, Offered > Level.Value);
                }

                _levels.Add((at, Level.Value));
            }
        }

        void Begin()
        {
            var now = _time.Ticks;
            if (_inProgress.Count >= ThrottledAbove)
            {
                _inProgress.Enqueue((now, true), now + Latency.Ticks / 4);
                return;
            }

            _free = Math.Max(_free, now) + TimeSpan.TicksPerSecond / PerSecond;
            var noise = 0.9 + 0.2 * _random.NextDouble();
            _inProgress.Enqueue((now, false), _free + (long)(Latency.Ticks * noise));
        }
    }

    sealed class ManualTime : TimeProvider
    {
        public long Ticks { get; set; } = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan by) => Ticks += by.Ticks;

        public override long GetTimestamp() => Ticks;
    }
}
