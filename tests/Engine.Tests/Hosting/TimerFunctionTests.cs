using System.Threading.Channels;
using DataTransferHub.Engine.Hosting.Functions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace DataTransferHub.Engine.Tests.Hosting;

public sealed class TimerFunctionTests
{
    static readonly DateTimeOffset Midnight = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    sealed class Runs
    {
        internal Channel<(DateTime At, TimerInfo Timer)> Seen { get; } = Channel.CreateUnbounded<(DateTime, TimerInfo)>();

        internal TaskCompletionSource Gate { get; set; } = Done();

        internal async Task<(DateTime At, TimerInfo Timer)> Next() =>
            await Seen.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        static TaskCompletionSource Done()
        {
            var done = new TaskCompletionSource();
            done.SetResult();
            return done;
        }
    }

    /// <summary>A clock that reports when a wait of up to a minute begins.</summary>
    sealed class WatchedTime(DateTimeOffset start) : FakeTimeProvider(start)
    {
        readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

        internal Task<TimeSpan> SomebodyWaits() =>
            _waits.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime > TimeSpan.Zero && dueTime <= TimeSpan.FromMinutes(1))
                _waits.Writer.TryWrite(dueTime);
            return timer;
        }
    }

    sealed class Hourly(Runs runs, TimeProvider time)
    {
        [Function("Hourly")]
        public async Task Run([TimerTrigger("0 0 * * * *")] TimerInfo timer, CancellationToken cancellation)
        {
            await runs.Seen.Writer.WriteAsync((time.GetUtcNow().UtcDateTime, timer), cancellation);
            await runs.Gate.Task.WaitAsync(cancellation);
        }
    }

    sealed class Failing(Runs runs, TimeProvider time)
    {
        [Function("Failing")]
        public async Task Run([TimerTrigger("00:10:00", RunOnStartup = true)] TimerInfo timer)
        {
            await runs.Seen.Writer.WriteAsync((time.GetUtcNow().UtcDateTime, timer));
            throw new InvalidOperationException("on purpose");
        }
    }

    static async Task<(RunningHost Host, Runs Runs, WatchedTime Time)> Start(Type functions)
    {
        var (runs, time) = (new Runs(), new WatchedTime(Midnight));
        var host = await RunningHost.Start([functions], configure: builder =>
        {
            builder.Services.AddSingleton(runs);
            builder.Services.AddSingleton<TimeProvider>(time);
        });
        return (host, runs, time);
    }

    // Moves the clock only once the function waits for it.
    static async Task<(DateTime At, TimerInfo Timer)> NextAfter(WatchedTime time, Runs runs, TimeSpan step)
    {
        await time.SomebodyWaits();
        time.Advance(step);
        return await runs.Next();
    }

    [Fact]
    public async Task A_cron_function_runs_at_its_times_in_utc()
    {
        var (host, runs, time) = await Start(typeof(Hourly));
        await using var _ = host;
        var first = await NextAfter(time, runs, TimeSpan.FromHours(1));
        Assert.Equal(Midnight.UtcDateTime.AddHours(1), first.At);
        Assert.False(first.Timer.IsPastDue);
        Assert.Equal(Midnight.UtcDateTime.AddHours(2), first.Timer.ScheduleStatus!.Next);
        var second = await NextAfter(time, runs, TimeSpan.FromHours(1));
        Assert.Equal(first.At, second.Timer.ScheduleStatus!.Last);
    }

    [Fact]
    public async Task Runs_of_one_function_never_overlap()
    {
        var (host, runs, time) = await Start(typeof(Hourly));
        await using var _ = host;
        var gate = runs.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await NextAfter(time, runs, TimeSpan.FromHours(1));
        time.Advance(TimeSpan.FromHours(3.5));
        Assert.False(runs.Seen.Reader.TryRead(out var _));
        gate.SetResult();
        var next = await NextAfter(time, runs, TimeSpan.FromMinutes(30));
        Assert.Equal(Midnight.UtcDateTime.AddHours(5), next.At);
    }

    [Fact]
    public async Task A_failure_does_not_end_the_schedule()
    {
        var (host, runs, time) = await Start(typeof(Failing));
        await using var _ = host;
        Assert.Equal(Midnight.UtcDateTime, (await runs.Next()).At);
        Assert.Equal(Midnight.UtcDateTime.AddMinutes(10), (await NextAfter(time, runs, TimeSpan.FromMinutes(10))).At);
        Assert.Equal(Midnight.UtcDateTime.AddMinutes(20), (await NextAfter(time, runs, TimeSpan.FromMinutes(10))).At);
    }

    [Theory]
    [InlineData("0 */5 * * * *", "2026-11-22T00:05:00")]
    [InlineData("*/5 * * * *", "2026-11-22T00:05:00")]
    [InlineData("30 15 9 * * Mon-Fri", "2026-11-23T09:15:30")]
    [InlineData("00:00:30", "2026-11-22T00:00:30")]
    [InlineData("1.00:00:00", "2026-11-23T00:00:00")]
    public void Schedules_are_read_as_the_official_host_reads_them(string text, string expected)
    {
        Assert.True(TimerSchedule.TryParse(text, out var schedule));
        Assert.Equal(DateTime.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), schedule.Next(Midnight.UtcDateTime));
    }

    [Theory]
    [InlineData("")]
    [InlineData("* * *")]
    [InlineData("00:00:00")]
    [InlineData("-00:01:00")]
    [InlineData("0 0 25 * * *")]
    public void What_is_no_schedule_is_refused(string text) => Assert.False(TimerSchedule.TryParse(text, out var _));
}
