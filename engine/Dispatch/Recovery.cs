using DataTransferHub.Engine.Replay;
using DataTransferHub.Engine.Storage;
using DataTransferHub.Sqlite;
using Microsoft.DurableTask.Protobuf;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>
/// Restores the state from the file when the engine starts. Open activities and timers are not stored as such: they are derived from the
/// histories of unfinished instances, as tasks that were scheduled and have not ended.
/// </summary>
sealed partial class Recovery(Dispatcher dispatcher)
{
    const int PageSize = 500;

    readonly List<InstanceMailbox> _taken = [];
    readonly List<InstanceMailbox> _damaged = [];

    /// <summary>
    /// Loads every unfinished instance. Damaged instances fail with the reason.
    /// </summary>
    /// <returns>The number of unfinished instances.</returns>
    /// <exception cref="DatabaseException">The instances cannot be read.</exception>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var count = 0;
        var after = 0L;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var page = dispatcher.Store.Read(reader => reader.Unfinished(after, PageSize));
            foreach (var instance in page)
                Take(instance);
            count += page.Count;
            if (page.Count < PageSize)
                break;
            after = page[^1].Key;
        }

        // After all instances are in memory: a parent must be loaded to be notified that its child has failed.
        TakeChildrenThatWereMissed();
        FailDamaged();
        await dispatcher.WhenWrittenAsync();
        return count - _damaged.Count;
    }

    /// <summary>
    /// Loads one instance whose row is unfinished but that was not found at the start, which a damaged index can cause. Writer thread only.
    /// </summary>
    public void TakeLate(string instanceId)
    {
        if (dispatcher.Find(instanceId) is not null || Read(instanceId) is not { } found)
            return;
        if (found.Id != instanceId)
        {
            var damage = dispatcher.Store.DescribeDamage($"the row of instance '{instanceId}' contains another id");
            dispatcher.Lose(instanceId, new LostInstance(found.Name, Failures.Permanent(Failures.CorruptHistory, damage)));
            return;
        }
        Take(found);
        FailDamaged();
    }

    // A child that is open in its parent is unfinished, so it must have been found.
    void TakeChildrenThatWereMissed()
    {
        // Instances that are loaded late are appended to the list and checked too.
        for (var i = 0; i < _taken.Count; i++)
        {
            var parent = _taken[i];
            foreach (var child in parent.Inspect(open => open.Children.Count == 0 ? [] : open.Children.Values.ToList()))
            {
                if (parent.Damage is not null || dispatcher.Find(child) is not null)
                    continue;
                if (Read(child) is { } found && found.Id == child)
                    Take(found);
                else
                    SetDamaged(parent, CorruptRowException.Lost($"the sub-orchestration '{child}' of instance #{parent.Key}"));
            }
        }
    }

    InstanceRecord? Read(string instanceId) =>
        dispatcher.Store.Read(reader => reader.Instance(instanceId)) is { } found && !found.Status.IsTerminal() ? found : null;

    void FailDamaged()
    {
        foreach (var mailbox in _damaged)
            dispatcher.Store.Write(EpisodeRunner.FailureOfDamaged(dispatcher, mailbox));
    }

    void SetDamaged(InstanceMailbox mailbox, Exception damage)
    {
        LogCorrupt(dispatcher.Log, damage, mailbox.InstanceId);
        mailbox.Damage = damage is CorruptRowException ? dispatcher.Store.DescribeDamage(damage) : damage.Message;
        _damaged.Add(mailbox);
    }

    void Take(InstanceRecord instance)
    {
        var mailbox = dispatcher.Add(instance.Id, instance.Key, instance.ExecutionId);
        mailbox.Status = instance.Status;
        mailbox.ParentId = instance.ParentId;
        mailbox.LastEpisodeAt = instance.Updated;
        try
        {
            if (instance.Status.IsTerminal() || !Enum.IsDefined(instance.Status))
                throw new CorruptRowException($"instance #{instance.Key} has not ended but has the status {instance.Status}");
            dispatcher.Store.Read(reader =>
            {
                ReadHistory(reader, mailbox, instance);
                ReadInbox(reader, mailbox, instance);
                return true;
            });
        }
        catch (Exception e) when (e is CorruptRowException or DatabaseException { IsDamage: true })
        {
            SetDamaged(mailbox, e);
            return;
        }
        _taken.Add(mailbox);
        StartWork(mailbox);
    }

    static void ReadHistory(StoreReader reader, InstanceMailbox mailbox, InstanceRecord instance)
    {
        DateTime? last = null;
        foreach (var (episode, data) in reader.History(mailbox.Key))
        {
            if (last is not null && episode != mailbox.NextEpisode)
                throw CorruptRowException.Lost($"episode {mailbox.NextEpisode} of instance #{instance.Key}");
            var events = HistoryChunk.Parser.ParseFrom(data).Events;
            if (mailbox.Started is null && events.FirstOrDefault(e => e.ExecutionStarted is not null) is { } first)
            {
                mailbox.Started = first.ExecutionStarted;
                mailbox.Started.Input = null;
            }
            mailbox.Record(events, []);
            mailbox.NextEpisode = episode + 1;
            mailbox.HistoryBytes += data.Length;
            last = events.FirstOrDefault(e => e.OrchestratorStarted is not null)?.Timestamp.ToDateTime();
        }

        if (mailbox.Started?.OrchestrationInstance is { } started
            && (started.InstanceId, started.ExecutionId) != (instance.Id, instance.ExecutionId))
        {
            throw new CorruptRowException($"the row and the history of instance #{instance.Key} belong to different executions");
        }

        // The instance's row is written with each episode and has its time: a history that ends earlier has lost its last episodes.
        if (last is not null && last != instance.Updated)
            throw CorruptRowException.Lost($"the end of the history of instance #{instance.Key}");
    }

    void ReadInbox(StoreReader reader, InstanceMailbox mailbox, InstanceRecord instance)
    {
        if (mailbox.Started is null && instance.Scheduled is { } startAt && startAt > dispatcher.Now)
            mailbox.HoldUntil(startAt);
        var hasStart = mailbox.Started is not null;
        foreach (var message in reader.Inbox(mailbox.Key))
        {
            hasStart |= message.Event.ExecutionStarted is not null;
            mailbox.Enqueue(new InstanceMessage(message.Sequence, message.ExecutionId, message.Event));
        }
        if (!hasStart)
            throw CorruptRowException.Lost($"the start of instance #{instance.Key}");
    }

    void StartWork(InstanceMailbox mailbox)
    {
        var executionId = mailbox.ExecutionId;
        var (activities, timers) = mailbox.Inspect(open => (open.Activities.ToList(), open.Timers.ToList()));
        dispatcher.Activities.Enqueue(
            activities.OrderBy(a => a.Key).Select(a => new ActivityWork(mailbox, executionId, a.Key, a.Value.Name, a.Value.Input)));
        foreach (var (id, due) in timers)
            dispatcher.StartTimer(mailbox, executionId, id, HistoryEvents.Timestamp(due));
    }

    [LoggerMessage(140, LogLevel.Error, "Stored data of instance {InstanceId} is damaged; the instance fails, others are not affected.")]
    static partial void LogCorrupt(ILogger log, Exception exception, string instanceId);
}
