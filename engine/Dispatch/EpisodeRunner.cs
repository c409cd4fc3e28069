using DataTransferHub.Engine.Replay;
using DataTransferHub.Engine.Storage;
using DataTransferHub.Sqlite;
using Microsoft.DurableTask.Protobuf;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>Runs one episode of an instance: takes its messages, runs the orchestrator, passes the outcome to the writer.</summary>
sealed partial class EpisodeRunner(Dispatcher dispatcher)
{
    const int MaxAttempts = 10;

    /// <summary>Never throws: an exception on a thread-pool thread would end the process because of one instance.</summary>
    public void Run(InstanceMailbox mailbox) => Guard(mailbox, () =>
    {
        var (batch, dropped, heldBack) = mailbox.Take();
        Run(mailbox, batch, dropped, heldBack);
    });

    void Guard(InstanceMailbox mailbox, Action step)
    {
        try
        {
            step();
        }
        // The last guard: the instance ends, others are not affected.
        catch (Exception e)
        {
            var failure = Failures.Permanent(
                Failures.PoisonWorkItem, $"The engine failed while it ran this instance: {e.GetType()}: {e.Message}");
            var now = Now(mailbox);
            dispatcher.Store.Write(
                new EpisodeCommit(dispatcher, mailbox, [], [HistoryEvents.OrchestratorStarted(now)], Fail(failure), now));
            LogLost(dispatcher.Log, e, mailbox.InstanceId);
        }
    }

    void Run(InstanceMailbox mailbox, List<InstanceMessage> batch, List<long> dropped, bool heldBack)
    {
        if (mailbox.IsEnded)
            return;
        if (batch.Count == 0 && dropped.Count == 0)
        {
            mailbox.Release();
            return;
        }
        EpisodeCommit commit;
        try
        {
            var now = Now(mailbox);
            var events = NewEvents(mailbox, batch, now);
            var outcome = Execute(mailbox, events, heldBack);
            commit = new EpisodeCommit(dispatcher, mailbox, Sequences(batch, dropped), events, outcome, now);
        }
        // The orchestrator's own failures are outcomes; an exception here is the engine's, and it may be transient.
        catch (Exception e)
        {
            Retry(mailbox, batch, dropped, heldBack, e);
            return;
        }
        mailbox.FailedAttempts = 0;
        dispatcher.Store.Write(commit);
    }

    EpisodeResult Execute(InstanceMailbox mailbox, List<HistoryEvent> events, bool heldBack)
    {
        if (mailbox.Damage is { } damage)
            return Fail(Failures.Permanent(Failures.CorruptHistory, damage));
        // An instance that is terminated before its start time never runs.
        if (heldBack && events.Find(e => e.ExecutionTerminated is not null) is { } terminated)
        {
            return End(new CompleteOrchestrationAction
            {
                OrchestrationStatus = OrchestrationStatus.Terminated,
                Result = terminated.ExecutionTerminated.Input,
            });
        }
        try
        {
            if (mailbox.Executor is { } executor)
                return Checked(mailbox, executor, executor.ExecuteNewEvents(events));
            executor = NewExecutor(mailbox);
            var past = mailbox.NextEpisode == 0 ? [] : dispatcher.Store.Read(reader => ReadHistory(reader, mailbox.Key));
            var result = executor.Execute(past, events);
            mailbox.Executor = executor;
            return Checked(mailbox, executor, result);
        }
        catch (DatabaseException e) when (e.IsDamage)
        {
            LogCorrupt(dispatcher.Log, e, mailbox.InstanceId);
            mailbox.Damage = e.Message;
            return Fail(Failures.Permanent(Failures.CorruptHistory, e.Message));
        }
    }

    EpisodeResult Checked(InstanceMailbox mailbox, OrchestrationExecutor executor, EpisodeResult result)
    {
        if (executor.Broken is { } broken)
            LogBroken(dispatcher.Log, mailbox.InstanceId, mailbox.Started?.Name, broken.Message);
        return result;
    }

    OrchestrationExecutor NewExecutor(InstanceMailbox mailbox) => new(
        dispatcher.Catalog, dispatcher.Converter, dispatcher.Loggers, dispatcher.Options.MaximumTimerInterval, mailbox.Poke);

    public static List<HistoryEvent> ReadHistory(StoreReader reader, long key)
    {
        var past = new List<HistoryEvent>();
        foreach (var (_, data) in reader.History(key))
            past.AddRange(HistoryChunk.Parser.ParseFrom(data).Events);
        return past;
    }

    static List<HistoryEvent> NewEvents(InstanceMailbox mailbox, List<InstanceMessage> batch, DateTime now)
    {
        var events = new List<HistoryEvent>(batch.Count + 1) { HistoryEvents.OrchestratorStarted(now) };
        foreach (var message in batch)
        {
            switch (message.Event.EventTypeCase)
            {
                case HistoryEvent.EventTypeOneofCase.None:
                    break;
                case HistoryEvent.EventTypeOneofCase.ExecutionStarted:
                    mailbox.Started = message.Event.ExecutionStarted.Clone();
                    mailbox.Started.Input = null;
                    // The start is the first event of an execution.
                    events.Insert(1, message.Event);
                    break;
                default:
                    events.Add(message.Event);
                    break;
            }
        }
        return events;
    }

    DateTime Now(InstanceMailbox mailbox) =>
        mailbox.LastEpisodeAt = dispatcher.Now is var now && now > mailbox.LastEpisodeAt ? now : mailbox.LastEpisodeAt;

    static List<long> Sequences(List<InstanceMessage> batch, List<long> dropped) =>
        [.. dropped, .. batch.Where(m => m.Sequence > 0).Select(m => m.Sequence)];

    void Retry(InstanceMailbox mailbox, List<InstanceMessage> batch, List<long> dropped, bool heldBack, Exception e)
    {
        // The executor may be halfway through the episode; the next attempt replays.
        mailbox.Executor = null;
        if (++mailbox.FailedAttempts >= MaxAttempts)
        {
            LogPoison(dispatcher.Log, e, mailbox.InstanceId, MaxAttempts);
            var now = Now(mailbox);
            var failure = Failures.Permanent(
                Failures.PoisonWorkItem, $"The engine could not run this instance in {MaxAttempts} attempts. The last failure: {e}");
            dispatcher.Store.Write(new EpisodeCommit(
                dispatcher, mailbox, Sequences(batch, dropped), NewEvents(mailbox, batch, now), Fail(failure), now));
            return;
        }
        LogRetry(dispatcher.Log, e, mailbox.InstanceId, mailbox.FailedAttempts);
        var delay = TimeSpan.FromMilliseconds(50 * Math.Pow(2, mailbox.FailedAttempts));
        mailbox.Schedule(
            InstanceMailbox.RetryTimer,
            dispatcher.Now + delay,
            () => ThreadPool.UnsafeQueueUserWorkItem(_ => Guard(mailbox, () => Run(mailbox, batch, dropped, heldBack)), null));
    }

    /// <summary>The episode that ends an instance whose stored data cannot be read.</summary>
    public static EpisodeCommit FailureOfDamaged(Dispatcher dispatcher, InstanceMailbox mailbox)
    {
        var now = dispatcher.Now;
        var failure = Failures.Permanent(Failures.CorruptHistory, mailbox.Damage!);
        return new EpisodeCommit(dispatcher, mailbox, [], [HistoryEvents.OrchestratorStarted(now)], Fail(failure), now);
    }

    public static EpisodeResult Fail(TaskFailureDetails failure) => End(new CompleteOrchestrationAction
    {
        OrchestrationStatus = OrchestrationStatus.Failed,
        Result = failure.ErrorMessage,
        FailureDetails = failure,
    });

    static EpisodeResult End(CompleteOrchestrationAction completion) =>
        new([new() { Id = -1, CompleteOrchestration = completion }], completion, null, false, false, []);

    [LoggerMessage(120, LogLevel.Error, "Stored data of instance {InstanceId} is damaged; the instance fails, others are not affected.")]
    static partial void LogCorrupt(ILogger log, Exception exception, string instanceId);

    [LoggerMessage(
        121, LogLevel.Warning, "An episode of instance {InstanceId} failed in the engine (attempt {Attempt}); it is retried.")]
    static partial void LogRetry(ILogger log, Exception exception, string instanceId, int attempt);

    [LoggerMessage(122, LogLevel.Error, "Instance {InstanceId} fails: the engine could not run it in {Attempts} attempts.")]
    static partial void LogPoison(ILogger log, Exception exception, string instanceId, int attempts);

    [LoggerMessage(123, LogLevel.Warning, "Instance {InstanceId} fails because of the code of its orchestrator '{Name}'. {Reason}")]
    static partial void LogBroken(ILogger log, string instanceId, string? name, string reason);

    [LoggerMessage(124, LogLevel.Error, "Instance {InstanceId} fails because of an unexpected error in the engine.")]
    static partial void LogLost(ILogger log, Exception exception, string instanceId);
}
