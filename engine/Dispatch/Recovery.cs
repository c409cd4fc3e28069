using DataTransferHub.Engine.Protocol;
using DataTransferHub.Engine.Storage;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>
/// Takes up what a file holds when the engine starts. Open activities and timers are not stored as such: they are what the
/// histories of unfinished instances have scheduled and not seen the end of.
/// </summary>
sealed partial class Recovery(Dispatcher dispatcher)
{
    const int PageSize = 500;

    public int Run(CancellationToken cancellation)
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
                return count;
            after = page[^1].Key;
        }
    }

    void Take(InstanceRecord instance)
    {
        var mailbox = dispatcher.Add(instance.Id, instance.Key, instance.ExecutionId);
        mailbox.Status = instance.Status;
        mailbox.ParentId = instance.ParentId;
        mailbox.LastEpisodeAt = instance.Updated;
        try
        {
            dispatcher.Store.Read(reader =>
            {
                ReadHistory(reader, mailbox);
                ReadInbox(reader, mailbox, instance);
                return true;
            });
        }
        catch (Exception e) when (e is CorruptRowException or InvalidProtocolBufferException)
        {
            LogCorrupt(dispatcher.Log, e, instance.Id);
            mailbox.Damage = e.Message;
            mailbox.NextEpisode = dispatcher.Store.Read(reader => reader.LastEpisode(instance.Key)) + 1;
            // Damage does not wait for a start time.
            mailbox.StartDue();
            mailbox.Poke();
            return;
        }
        StartWork(mailbox);
    }

    static void ReadHistory(StoreReader reader, InstanceMailbox mailbox)
    {
        foreach (var (episode, data) in reader.History(mailbox.Key))
        {
            var events = HistoryChunk.Parser.ParseFrom(data).Events;
            if (mailbox.Started is null && events.FirstOrDefault(e => e.ExecutionStarted is not null) is { } started)
            {
                mailbox.Started = started.ExecutionStarted;
                mailbox.Started.Input = null;
            }
            mailbox.Record(events, []);
            mailbox.NextEpisode = episode + 1;
            mailbox.HistoryBytes += data.Length;
        }
    }

    void ReadInbox(StoreReader reader, InstanceMailbox mailbox, InstanceRecord instance)
    {
        if (mailbox.Started is null && instance.Scheduled is { } startAt && startAt > dispatcher.Now)
            mailbox.HoldUntil(startAt);
        foreach (var message in reader.Inbox(mailbox.Key))
            mailbox.Enqueue(new InstanceMessage(message.Sequence, message.ExecutionId, message.Event));
    }

    void StartWork(InstanceMailbox mailbox)
    {
        var executionId = mailbox.ExecutionId;
        var (activities, timers) = mailbox.Inspect(open => (open.Activities.ToList(), open.Timers.ToList()));
        dispatcher.Activities.Enqueue(
            activities.OrderBy(a => a.Key).Select(a => new ActivityWork(mailbox, executionId, a.Key, a.Value.Name, a.Value.Input)));
        foreach (var (id, due) in timers)
            dispatcher.StartTimer(mailbox, executionId, id, Replay.HistoryEvents.Timestamp(due));
    }

    [LoggerMessage(140, LogLevel.Error, "What is stored of instance {InstanceId} is damaged; it fails, the others go on.")]
    static partial void LogCorrupt(ILogger log, Exception exception, string instanceId);
}
