using DataTransferHub.Engine.Hosting.Functions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Hosting.Timers;

/// <summary>
/// Runs the timer functions at their times, independently of each other. Runs of one function never overlap: times that pass during a run
/// are skipped.
/// </summary>
sealed class TimerFunctions(
    IReadOnlyList<FunctionMethod> functions, FunctionRunner runner, TimeProvider time, ILogger<TimerFunctions> logger)
    : BackgroundService
{
    // The clock may be set while a timer waits, so it is checked at least this often.
    static readonly TimeSpan LongestNap = TimeSpan.FromMinutes(1);

    static readonly IReadOnlyDictionary<string, object?> NoData = new Dictionary<string, object?>();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        functions.Where(function => function.Trigger is TimerFunctionTrigger)
            .Select(function => KeepTime(function, (TimerFunctionTrigger)function.Trigger, stoppingToken)));

    async Task KeepTime(FunctionMethod function, TimerFunctionTrigger trigger, CancellationToken stop)
    {
        try
        {
            DateTime? last = null;
            if (trigger.RunOnStartup)
                last = await Run(function, trigger, planned: Now, last, stop);
            while (trigger.Schedule.Next(Now) is { } next)
            {
                HostLog.NextOccurrence(logger, function.Name, next);
                while (Now < next)
                    await Task.Delay(Shorter(next - Now, LongestNap), time, stop);
                last = await Run(function, trigger, next, last, stop);
            }

            HostLog.ScheduleEnded(logger, function.Name);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    async Task<DateTime> Run(
        FunctionMethod function, TimerFunctionTrigger trigger, DateTime planned, DateTime? last, CancellationToken stop)
    {
        var began = Now;
        var timer = new TimerInfo
        {
            IsPastDue = began - planned > TimeSpan.FromSeconds(1),
            ScheduleStatus = new ScheduleStatus
            {
                Last = last ?? default,
                Next = trigger.Schedule.Next(began) ?? default,
                LastUpdated = last ?? default,
            },
        };
        var invocation = "";
        try
        {
            await runner.RunAsync(new FunctionCall(function, timer, NoData), stop, context => invocation = context.InvocationId);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            HostLog.TimerFailed(logger, e, function.Name, invocation);
        }

        return began;
    }

    DateTime Now => time.GetUtcNow().UtcDateTime;

    static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
