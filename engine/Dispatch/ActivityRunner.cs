using DataTransferHub.Engine.Catalog;
using DataTransferHub.Engine.Replay;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Protobuf;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>
/// Runs activities in the order in which they were scheduled, within the limit on all of them and the limits by function name. One activity
/// of each function runs beyond the limit on all, so that short activities which control others never wait for long ones.
/// </summary>
sealed partial class ActivityRunner(
    DurableEngineOptions options, IFunctionCatalog catalog, DataConverter converter, TimeProvider time, ILogger log) : IDisposable
{
    readonly CancellationTokenSource _shutdown = new();
    readonly Lock _gate = new();

    // Guarded by _gate.
    readonly Dictionary<string, NamedActivities> _names = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, int> _limits = new(options.MaxConcurrentActivitiesByName, StringComparer.OrdinalIgnoreCase);
    long _scheduled;
    int _running;
    bool _stopped;
    TaskCompletionSource? _idle;

    public void Enqueue(IEnumerable<ActivityWork> work)
    {
        lock (_gate)
        {
            if (_stopped)
                return;
            foreach (var activity in work)
                NamedAs(activity.Name).Waiting.Enqueue((_scheduled++, activity));
            Pump();
        }
    }

    NamedActivities NamedAs(string name)
    {
        if (!_names.TryGetValue(name, out var named))
            _names.Add(name, named = new NamedActivities(_limits.GetValueOrDefault(name, int.MaxValue)));
        return named;
    }

    /// <summary>
    /// Starts no more activities, waits up to the grace period for the running ones to finish, then cancels them. An activity that has not
    /// finished has no result: it is parked, and runs again at the next start.
    /// </summary>
    public async Task StopAsync(TimeSpan grace, CancellationToken cancellation)
    {
        Task idle;
        lock (_gate)
        {
            BeginNoMore();
            idle = _running == 0
                ? Task.CompletedTask
                : (_idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
        if (await FinishedWithinAsync(idle, grace, cancellation).ConfigureAwait(false))
            return;
        LogCancelling(log, _running);
        await _shutdown.CancelAsync().ConfigureAwait(false);
        if (!await FinishedWithinAsync(idle, TimeSpan.FromSeconds(5), CancellationToken.None).ConfigureAwait(false))
            LogAbandoned(log, _running);
    }

    /// <summary>Cancels everything immediately, as if the process had died.</summary>
    public void Abandon()
    {
        lock (_gate)
            BeginNoMore();
        _ = _shutdown.CancelAsync();
    }

    public void Dispose() => _shutdown.Dispose();

    async Task<bool> FinishedWithinAsync(Task idle, TimeSpan limit, CancellationToken cancellation)
    {
        try
        {
            await idle.WaitAsync(limit, time, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    // Call under _gate.
    void BeginNoMore()
    {
        _stopped = true;
        foreach (var named in _names.Values)
            named.Waiting.Clear();
    }

    // Call under _gate.
    void Pump()
    {
        while (!_stopped && Next() is { } named)
        {
            var (_, work) = named.Waiting.Dequeue();
            if (work.Mailbox.IsEnded)
                continue;
            named.Running++;
            _running++;
            ThreadPool.UnsafeQueueUserWorkItem(static s => _ = s.Runner.RunAsync(s.Work), (Runner: this, Work: work), preferLocal: false);
        }
    }

    // The function whose next activity may run and was scheduled first. There are few functions.
    NamedActivities? Next()
    {
        var isFull = _running >= options.MaxConcurrentActivities;
        NamedActivities? next = null;
        foreach (var named in _names.Values)
        {
            if (named.IsReady && (!isFull || named.Running == 0) && (next is null || named.First < next.First))
                next = named;
        }
        return next;
    }

    void Finished(ActivityWork work)
    {
        lock (_gate)
        {
            _running--;
            NamedAs(work.Name).Running--;
            Pump();
            if (_running == 0)
                _idle?.TrySetResult();
        }
    }

    async Task RunAsync(ActivityWork work)
    {
        try
        {
            if (await ExecuteAsync(work).ConfigureAwait(false) is { } result)
                work.Mailbox.Enqueue(new InstanceMessage(0, work.ExecutionId, result));
        }
        finally
        {
            Finished(work);
        }
    }

    async Task<HistoryEvent?> ExecuteAsync(ActivityWork work)
    {
        var e = new HistoryEvent { EventId = -1 };
        try
        {
            if (!catalog.TryGetActivity(work.Name, out var activity))
            {
                e.TaskFailed = new()
                {
                    TaskScheduledId = work.TaskId,
                    FailureDetails = Failures.Permanent(
                        Failures.ActivityNotFound,
                        $"No activity named '{work.Name}' is registered. Deploy a build that has it, then start the orchestration again."),
                };
            }
            else
            {
                using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(work.Mailbox.Ended, _shutdown.Token);
                var call = new ActivityCall(
                    work.Name, work.Mailbox.InstanceId, work.ExecutionId, work.TaskId, work.Input, cancellation.Token);
                var result = await activity(call).ConfigureAwait(false);
                e.TaskCompleted = new() { TaskScheduledId = work.TaskId, Result = converter.Serialize(result) };
            }
        }
        // Any exception of the activity is its failure.
        catch (Exception exception)
        {
            // A failure after a shutdown has started to cancel is not a result; the activity runs again at the next start.
            if (_shutdown.IsCancellationRequested)
                return null;
            e.TaskFailed = new() { TaskScheduledId = work.TaskId, FailureDetails = Failures.FromException(exception) };
        }
        e.Timestamp = HistoryEvents.Timestamp(time.GetUtcNow().UtcDateTime);
        return e;
    }

    [LoggerMessage(
        110, LogLevel.Information, "Cancelling {Count} activities that did not finish in time; they run again at the next start.")]
    static partial void LogCancelling(ILogger log, int count);

    [LoggerMessage(111, LogLevel.Warning, "{Count} activities ignore their cancellation; the hub stops without them.")]
    static partial void LogAbandoned(ILogger log, int count);

    // The activities of one function.
    sealed class NamedActivities(int max)
    {
        public int Running { get; set; }

        // With their places in the order of all activities.
        public Queue<(long Place, ActivityWork Work)> Waiting { get; } = new();

        public bool IsReady => Waiting.Count > 0 && Running < max;

        public long First => Waiting.Peek().Place;
    }
}

/// <summary>One activity to run.</summary>
sealed record ActivityWork(InstanceMailbox Mailbox, string ExecutionId, int TaskId, string Name, string? Input);
