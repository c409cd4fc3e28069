using DataTransferHub.Engine.Catalog;
using DataTransferHub.Engine.Replay;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Protobuf;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>
/// Runs activities in the order in which they were scheduled, within the limit on all of them and the limits by function name.
/// </summary>
sealed partial class ActivityRunner(
    DurableEngineOptions options, IFunctionCatalog catalog, DataConverter converter, TimeProvider time, ILogger log) : IDisposable
{
    readonly CancellationTokenSource _shutdown = new();
    readonly Lock _gate = new();

    // Guarded by _gate. Ready activities already have a slot within the limit of their name; the others wait at that limit.
    readonly Queue<ActivityWork> _ready = new();
    readonly Dictionary<string, NameLimit> _limits = options.MaxConcurrentActivitiesByName.ToDictionary(
        limit => limit.Key, limit => new NameLimit(limit.Value), StringComparer.OrdinalIgnoreCase);
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
            {
                if (!_limits.TryGetValue(activity.Name, out var limit) || limit.TryTakePlace())
                    _ready.Enqueue(activity);
                else
                    limit.Waiting.Enqueue(activity);
            }
            Pump();
        }
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
        _ready.Clear();
        foreach (var limit in _limits.Values)
            limit.Waiting.Clear();
    }

    // Call under _gate.
    void Pump()
    {
        while (!_stopped && _running < options.MaxConcurrentActivities && _ready.TryDequeue(out var work))
        {
            if (work.Mailbox.IsEnded)
            {
                GiveUpPlace(work);
                continue;
            }
            _running++;
            ThreadPool.UnsafeQueueUserWorkItem(static s => _ = s.Runner.RunAsync(s.Work), (Runner: this, Work: work), preferLocal: false);
        }
    }

    // Call under _gate. Every activity that has a slot must be passed here once, whether it ran or not; otherwise its slot is never freed.
    void GiveUpPlace(ActivityWork work)
    {
        if (!_limits.TryGetValue(work.Name, out var limit))
            return;
        limit.Taken--;
        while (limit.Waiting.TryDequeue(out var next))
        {
            if (next.Mailbox.IsEnded)
                continue;
            limit.Taken++;
            _ready.Enqueue(next);
            return;
        }
    }

    void Finished(ActivityWork work)
    {
        lock (_gate)
        {
            _running--;
            GiveUpPlace(work);
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

    sealed class NameLimit(int max)
    {
        /// <summary>Activities of the name that are running or ready.</summary>
        public int Taken { get; set; }

        /// <summary>Activities beyond the limit, in the order in which they were scheduled.</summary>
        public Queue<ActivityWork> Waiting { get; } = new();

        public bool TryTakePlace()
        {
            if (Taken >= max)
                return false;
            Taken++;
            return true;
        }
    }
}

/// <summary>One activity to run.</summary>
sealed record ActivityWork(InstanceMailbox Mailbox, string ExecutionId, int TaskId, string Name, string? Input);
