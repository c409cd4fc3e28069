using DataTransferHub.Engine.Replay;
using DataTransferHub.Engine.Storage;
using DataTransferHub.Sqlite;
using Google.Protobuf;
using Microsoft.DurableTask.Protobuf;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>
/// All effects of one episode in one atomic commit: its history, its status, the messages it consumed, and the messages and children it
/// created. The work it scheduled starts only after the commit is durable.
/// </summary>
sealed partial class EpisodeCommit : StoreOperation
{
    const int MaxAttempts = 10;

    readonly Dispatcher _dispatcher;
    readonly InstanceMailbox _mailbox;
    readonly string _executionId;
    readonly IReadOnlyList<long> _consumed;
    readonly EpisodeResult _result;
    readonly DateTime _now;
    readonly List<HistoryEvent> _history;
    readonly byte[] _packed;
    readonly long _episode;
    readonly OrchestrationStatus _status;
    readonly ContinuedInstance? _next;
    readonly Outbox _outbox;
    readonly bool _isDamaged;

    bool _superseded;
    int _failures;

    public EpisodeCommit(
        Dispatcher dispatcher,
        InstanceMailbox mailbox,
        IReadOnlyList<long> consumed,
        List<HistoryEvent> newEvents,
        EpisodeResult result,
        DateTime now)
    {
        _dispatcher = dispatcher;
        _mailbox = mailbox;
        _executionId = mailbox.ExecutionId;
        _consumed = consumed;
        _result = result;
        _now = now;
        _episode = mailbox.NextEpisode;
        _history = [.. newEvents, .. result.Actions.Select(a => HistoryEvents.FromAction(a, now)).OfType<HistoryEvent>()];
        _packed = new HistoryChunk { Events = { _history } }.ToByteArray();
        _isDamaged = mailbox.Damage is not null && result.Completion is not null;
        var completed = result.Completion?.OrchestrationStatus;
        var continues = completed == OrchestrationStatus.ContinuedAsNew;
        _status = continues ? OrchestrationStatus.Running
            : completed ?? (result.IsSuspended ? OrchestrationStatus.Suspended : OrchestrationStatus.Running);
        _next = continues ? new ContinuedInstance(mailbox, result.Completion!, _episode, now) : null;
        _outbox = new Outbox(dispatcher, mailbox, _executionId, result, _history, now);
    }

    bool HasEnded => _status.IsTerminal();

    public override void Apply(StoreTransaction transaction)
    {
        // Fencing: the instance may have been replaced or purged while this episode ran.
        _superseded = !transaction.UpdateInstance(
            _mailbox.Key, _executionId, _status, _now, _result.CustomStatusChanged, _result.CustomStatus);
        if (_superseded)
            return;
        // For a damaged instance as little as possible is written: the pages of its history and messages may be the damaged ones.
        if (_isDamaged)
        {
            transaction.WriteOutcome(_mailbox.Key, _result.Completion!);
            _outbox.Apply(transaction);
            return;
        }
        foreach (var sequence in _consumed)
            transaction.DeleteMessage(sequence);
        if (_next is not null)
            _next.Apply(transaction);
        else
            transaction.WriteEpisode(_mailbox.Key, _episode, _packed);
        if (HasEnded)
            transaction.WriteCompletion(_mailbox.Key, _result.Completion!);
        _outbox.Apply(transaction);
    }

    public override void Committed()
    {
        if (_superseded)
        {
            // A replaced instance is no longer the one in memory. If this one still is, its row is missing or has changed.
            if (_dispatcher.Find(_mailbox.InstanceId) == _mailbox)
                FailDamaged(_dispatcher.Store.DescribeDamage($"the row of instance #{_mailbox.Key} is missing or of another execution"));
            return;
        }
        var previous = _mailbox.Status;
        _mailbox.Status = _status;
        _mailbox.NextEpisode = _episode + 1;
        if (HasEnded)
        {
            _dispatcher.Remove(_mailbox);
            _outbox.Deliver();
            _dispatcher.Signals.Notify(_mailbox.InstanceId);
            return;
        }

        if (_next is not null)
        {
            StartWork();
            _next.Turn();
            _dispatcher.Executors.Remove(_mailbox);
        }
        else
        {
            _mailbox.HistoryBytes += _packed.Length;
            _mailbox.Record(_history, _result.CancelledTimers);
            StartWork();
        }
        _outbox.Deliver();
        if (previous == OrchestrationStatus.Pending)
            _dispatcher.Signals.Notify(_mailbox.InstanceId);
        _mailbox.Release();
        // After the release, so that the executor that takes the cache over its limit can itself be evicted.
        if (_next is null)
            _dispatcher.Executors.Touch(_mailbox);
    }

    public override void Failed(Exception reason)
    {
        if (reason is DatabaseException { IsDamage: true })
        {
            FailDamaged(reason.Message);
            return;
        }
        // The disk is not the cause, so waiting does not help: the data is too large for a row, or the engine has a bug.
        if (_failures >= MaxAttempts && reason is not DatabaseException { IsTransient: true })
        {
            LogGivenUp(_dispatcher.Log, reason, _mailbox.InstanceId, MaxAttempts);
            _dispatcher.Store.Write(WithFailure(Failures.Permanent(
                Failures.PoisonWorkItem,
                $"An episode of this instance could not be written in {MaxAttempts} attempts: {reason.Message}")));
            return;
        }
        // The orchestrator's state in memory is ahead, so this commit must succeed before anything else of the instance continues.
        var delay = TimeSpan.FromMilliseconds(Math.Min(10_000, 100 * Math.Pow(2, Math.Min(_failures++, 10))));
        LogRetry(_dispatcher.Log, _mailbox.InstanceId, delay, reason.Message);
        _mailbox.Schedule(InstanceMailbox.RetryTimer, _dispatcher.Now + delay, () => _dispatcher.Store.Write(this));
    }

    // Damage is permanent: the instance fails, if necessary without its end being written.
    void FailDamaged(string damage)
    {
        LogDamaged(_dispatcher.Log, _mailbox.InstanceId, damage);
        if (_isDamaged)
        {
            _dispatcher.Lose(_mailbox, _result.Completion!.FailureDetails);
            _outbox.DeliverUnwritten();
            return;
        }
        _mailbox.Damage = damage;
        _dispatcher.Store.Write(WithFailure(Failures.Permanent(Failures.CorruptHistory, damage)));
    }

    // Without the messages it consumed: they may be the data that is too large.
    EpisodeCommit WithFailure(TaskFailureDetails failure) =>
        new(_dispatcher, _mailbox, _consumed, [HistoryEvents.OrchestratorStarted(_now)], EpisodeRunner.Fail(failure), _now);

    void StartWork()
    {
        List<ActivityWork>? activities = null;
        foreach (var action in _result.Actions)
        {
            if (action.ScheduleTask is { } task)
                (activities ??= []).Add(new ActivityWork(_mailbox, _executionId, action.Id, task.Name, task.Input));
            else if (action.CreateTimer is { } timer && !_result.CancelledTimers.Contains(action.Id))
                _dispatcher.StartTimer(_mailbox, _executionId, action.Id, timer.FireAt);
        }
        if (activities is not null)
            _dispatcher.Activities.Enqueue(activities);
    }

    [LoggerMessage(
        130, LogLevel.Error, "An episode of instance {InstanceId} could not be written; the write is retried in {Delay}: {Reason}")]
    static partial void LogRetry(ILogger log, string instanceId, TimeSpan delay, string reason);

    [LoggerMessage(132, LogLevel.Error, "Instance {InstanceId} fails, others are not affected: {Damage}")]
    static partial void LogDamaged(ILogger log, string instanceId, string damage);

    [LoggerMessage(131, LogLevel.Error, "Instance {InstanceId} fails: an episode of it could not be written in {Attempts} attempts.")]
    static partial void LogGivenUp(ILogger log, Exception exception, string instanceId, int attempts);
}
