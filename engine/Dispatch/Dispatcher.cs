using System.Collections.Concurrent;
using DataTransferHub.Engine.Catalog;
using DataTransferHub.Engine.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Protobuf;
using Microsoft.Extensions.Logging;
using TaskFailureDetails = Microsoft.DurableTask.Protobuf.TaskFailureDetails;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>
/// The shared state of a running engine. Instances are added to and removed from <see cref="Find"/> only on the writer thread, in commit
/// order (or while the engine starts, before anything runs), so memory never contradicts the store.
/// </summary>
sealed class Dispatcher : IDisposable
{
    readonly ConcurrentDictionary<string, InstanceMailbox> _instances = new();
    readonly ConcurrentDictionary<string, LostInstance> _lost = new();
    readonly EpisodeScheduler _episodes;

    public Dispatcher(
        Store store,
        DurableEngineOptions options,
        IFunctionCatalog catalog,
        DataConverter converter,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        Store = store;
        Options = options;
        Catalog = catalog;
        Converter = converter;
        Time = time;
        Loggers = loggers;
        Log = loggers.CreateLogger("DataTransferHub.Engine");
        Timers = new TimerQueue(time, Log);
        Executors = new ExecutorCache(options.ExecutorCacheBytes);
        Activities = new ActivityRunner(options, catalog, converter, time, Log);
        _episodes = new EpisodeScheduler(options.MaxConcurrentOrchestrators, new EpisodeRunner(this).Run);
    }

    public Store Store { get; }

    public DurableEngineOptions Options { get; }

    public IFunctionCatalog Catalog { get; }

    public DataConverter Converter { get; }

    public TimeProvider Time { get; }

    public ILoggerFactory Loggers { get; }

    public ILogger Log { get; }

    public TimerQueue Timers { get; }

    public ExecutorCache Executors { get; }

    public ActivityRunner Activities { get; }

    public InstanceSignals Signals { get; } = new();

    public DateTime Now => Time.GetUtcNow().UtcDateTime;

    public InstanceMailbox? Find(string instanceId) => _instances.GetValueOrDefault(instanceId);

    /// <summary>Adds an instance to memory, replacing an earlier one with the same id.</summary>
    public InstanceMailbox Add(string instanceId, long key, string executionId)
    {
        if (_instances.TryRemove(instanceId, out var replaced))
            Forget(replaced);
        _lost.TryRemove(instanceId, out _);
        var mailbox = new InstanceMailbox(instanceId, key, executionId, _episodes.Schedule, Timers);
        _instances[instanceId] = mailbox;
        return mailbox;
    }

    /// <summary>Removes an instance that has ended or was purged from memory.</summary>
    public void Remove(InstanceMailbox mailbox)
    {
        if (_instances.TryRemove(new(mailbox.InstanceId, mailbox)))
            Forget(mailbox);
    }

    /// <summary>
    /// Removes an instance whose end cannot be written because its rows are damaged. Its failure is kept in memory only; the next start
    /// detects the damage again.
    /// </summary>
    public void Lose(InstanceMailbox mailbox, TaskFailureDetails failure)
    {
        Remove(mailbox);
        Lose(mailbox.InstanceId, new LostInstance(mailbox.Started?.Name ?? "", failure));
    }

    /// <summary>The same for an instance that was never in memory.</summary>
    public void Lose(string instanceId, LostInstance lost)
    {
        _lost[instanceId] = lost;
        Signals.Notify(instanceId);
    }

    /// <summary>Fails an instance in memory whose row cannot be found by its id or cannot be read: it cannot get messages.</summary>
    public void FailUnreachable(string instanceId, string? damage = null)
    {
        if (Find(instanceId) is not { } mailbox)
            return;
        mailbox.Damage ??= damage ?? Store.DescribeDamage($"the row of instance #{mailbox.Key} is not found by its id");
        mailbox.Poke();
    }

    /// <summary>The unfinished instance that waits for a sub-orchestration, if the child itself does not know its parent.</summary>
    public InstanceMailbox? FindParentOf(string childId) =>
        _instances.Values.FirstOrDefault(mailbox => mailbox.Inspect(open => open.Children.ContainsValue(childId)));

    public LostInstance? FindLost(string instanceId) => _lost.GetValueOrDefault(instanceId);

    /// <summary>The statuses in which a new instance may replace one with the id. The row of a lost instance is outdated.</summary>
    public long Replaceable(string instanceId, long statuses) => _lost.ContainsKey(instanceId) ? ~0L : statuses;

    /// <summary>Starts an instance that has just become durable: its first message is its start.</summary>
    public void Begin(CreatedInstance created)
    {
        var mailbox = Add(created.InstanceId, created.Key, created.ExecutionId);
        var startAt = created.Start.Event.ExecutionStarted.ScheduledStartTimestamp?.ToDateTime();
        if (startAt > Now)
            mailbox.HoldUntil(startAt.Value);
        mailbox.Enqueue(created.Start);
        if (created.ParentNotice is var (parent, message))
            Find(parent)?.Enqueue(message);
    }

    public void StartTimer(InstanceMailbox mailbox, string executionId, int timerId, Google.Protobuf.WellKnownTypes.Timestamp fireAt) =>
        mailbox.Schedule(timerId, fireAt.ToDateTime(), () => mailbox.Enqueue(new InstanceMessage(0, executionId, new HistoryEvent
        {
            EventId = -1,
            Timestamp = Replay.HistoryEvents.Timestamp(Now),
            TimerFired = new() { FireAt = fireAt, TimerId = timerId },
        })));

    public void StartEpisodes() => _episodes.Start();

    public void StopEpisodes() => _episodes.Stop();

    /// <summary>
    /// Commits what has already happened, such as results of activities that ended during the grace period, and then stops. The time is
    /// limited: an orchestration that always has more to do continues at the next start.
    /// </summary>
    public async Task DrainAsync(TimeSpan limit)
    {
        var begun = Time.GetTimestamp();
        do
        {
            await _episodes.WhenIdle().ConfigureAwait(false);
            // Writes may make more episodes ready.
            await WhenWrittenAsync().ConfigureAwait(false);
        }
        while (_episodes.IsBusy && Time.GetElapsedTime(begun) < limit);
        _episodes.Stop();
        await _episodes.WhenIdle().ConfigureAwait(false);
    }

    /// <summary>Completes when every write that was queued before has succeeded or failed.</summary>
    public Task WhenWrittenAsync() => Store.WriteAsync(new Barrier());

    public void Dispose()
    {
        _episodes.Stop();
        Timers.Dispose();
        Activities.Dispose();
    }

    void Forget(InstanceMailbox mailbox)
    {
        mailbox.End();
        Executors.Remove(mailbox);
        // Activities that are still running hold a reference to the mailbox.
        mailbox.Executor = null;
    }

    /// <summary>Changes nothing. When it completes, every write queued before it has completed.</summary>
    sealed class Barrier : StoreOperation<bool>
    {
        protected override bool Result => true;

        public override void Apply(StoreTransaction transaction)
        {
        }

        protected override void Publish()
        {
        }
    }
}

/// <summary>An instance that failed because its stored data is damaged, and whose failure could not be written.</summary>
sealed record LostInstance(string Name, TaskFailureDetails Failure);
