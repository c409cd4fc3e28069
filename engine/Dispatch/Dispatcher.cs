using System.Collections.Concurrent;
using DataTransferHub.Engine.Protocol;
using DataTransferHub.Engine.Storage;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>
/// What the parts of a running engine share. Instances enter and leave <see cref="Find"/> only on the writer thread, in commit
/// order (or while the engine starts, before anything runs), so memory never contradicts the store.
/// </summary>
sealed class Dispatcher : IDisposable
{
    readonly ConcurrentDictionary<string, InstanceMailbox> _instances = new();
    readonly EpisodeScheduler _episodes;

    public Dispatcher(
        Store store, DurableEngineOptions options, IFunctionCatalog catalog, DataConverter converter, TimeProvider time, ILoggerFactory loggers)
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

    /// <summary>Takes an instance into memory, in place of an earlier one of the same id.</summary>
    public InstanceMailbox Add(string instanceId, long key, string executionId)
    {
        if (_instances.TryRemove(instanceId, out var replaced))
            Forget(replaced);
        var mailbox = new InstanceMailbox(instanceId, key, executionId, _episodes.Schedule, Timers);
        _instances[instanceId] = mailbox;
        return mailbox;
    }

    /// <summary>Lets go of an instance that has ended or was purged.</summary>
    public void Remove(InstanceMailbox mailbox)
    {
        if (_instances.TryRemove(new(mailbox.InstanceId, mailbox)))
            Forget(mailbox);
    }

    /// <summary>Begins an instance that was just made durable: its first message is its start.</summary>
    public void Begin(CreatedInstance created)
    {
        var mailbox = Add(created.InstanceId, created.Key, created.ExecutionId);
        var startAt = created.Start.Event.ExecutionStarted.ScheduledStartTimestamp?.ToDateTime();
        if (startAt > Now)
            mailbox.HoldUntil(startAt.Value);
        mailbox.Enqueue(created.Start);
        if (created.Bereaved is var (parent, message))
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
    /// Writes down what has already happened, such as results of activities that ended during the grace, and then stops. Not for
    /// ever: an orchestration that always finds more to do goes on at the next start.
    /// </summary>
    public async Task DrainAsync(TimeSpan limit)
    {
        var begun = Time.GetTimestamp();
        do
        {
            await _episodes.WhenIdle().ConfigureAwait(false);
            // What was handed to the writer may make more episodes ready.
            await Store.WriteAsync(new Barrier()).ConfigureAwait(false);
        }
        while (_episodes.IsBusy && Time.GetElapsedTime(begun) < limit);
        _episodes.Stop();
        await _episodes.WhenIdle().ConfigureAwait(false);
    }

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
        // Activities that still run know the mailbox.
        mailbox.Executor = null;
    }

    /// <summary>Changes nothing; whoever awaits it knows that everything queued before is on the disk.</summary>
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
