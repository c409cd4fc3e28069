using DataTransferHub.Engine.Catalog;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using ActionCase = Microsoft.DurableTask.Protobuf.OrchestratorAction.OrchestratorActionTypeOneofCase;
using EventCase = Microsoft.DurableTask.Protobuf.HistoryEvent.EventTypeOneofCase;
using P = Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Replay;

/// <summary>
/// Runs the code of one execution of one orchestration: history in, decisions out. It has no storage, clock or threads of its own. It stays
/// usable between episodes: its live state equals the state after a replay of the whole history.
/// </summary>
/// <remarks>Not thread-safe: one episode at a time.</remarks>
sealed class OrchestrationExecutor
{
    const string IllegalAwait =
        "An illegal await was found in an orchestrator: its code continued, or used its context, on another thread." +
        " An orchestrator may only await tasks created by its context, without ConfigureAwait(false): use CreateTimer instead of" +
        " Task.Delay, Cancel() instead of CancelAsync(), and move I/O, Task.Run and all other asynchronous work to activities.";

    // A cancellation on another thread happens at a point that no replay can reproduce.
    const string ForeignCancellation =
        "An illegal cancellation was found in an orchestrator: a token that was passed to its context was cancelled on another thread." +
        " Cancel it in the orchestrator's code with Cancel(), not CancelAsync(); use CreateTimer instead of CancelAfter()," +
        " and no tokens from outside the orchestrator.";

    readonly IFunctionCatalog _catalog;
    readonly Action? _onIllegalAwait;
    readonly OrchestratorThread _thread;
    readonly ReplayContext _context;

    // Scheduled by the code and not yet matched with history, or, in a live executor, not yet returned.
    readonly SortedDictionary<int, P.OrchestratorAction> _pending = [];
    readonly Dictionary<int, OpenTask> _open = [];
    readonly Queue<P.HistoryEvent> _heldWhileSuspended = new();
    readonly List<int> _cancelledTimers = [];

    int _nextId;
    Task<object?>? _function;
    P.CompleteOrchestrationAction? _completion;
    Exception? _broken;
    bool _customStatusChanged;
    volatile string? _illegalAwait;

    public OrchestrationExecutor(
        IFunctionCatalog catalog,
        DataConverter converter,
        ILoggerFactory loggers,
        TimeSpan maximumTimerInterval,
        Action? onIllegalAwait = null)
    {
        _catalog = catalog;
        _onIllegalAwait = onIllegalAwait;
        _thread = new OrchestratorThread(() => ReportIllegalAwait());
        _context = new ReplayContext(this, converter, loggers, maximumTimerInterval);
    }

    public ExternalEvents Events { get; } = new();

    public DateTime CurrentUtcDateTime { get; private set; }

    public bool IsReplaying { get; private set; }

    public bool IsSuspended { get; private set; }

    public string? CustomStatus { get; private set; }

    public ContinuedExecution? Continuation { get; set; }

    /// <summary>Why the code cannot continue: it does not match its history, or awaited something that is not durable.</summary>
    public Exception? Broken => _broken;

    /// <summary>Whether the orchestration has ended, so that further events have no effect.</summary>
    public bool IsCompleted => _completion is not null;

    /// <summary>Replays <paramref name="past"/>, then runs one episode of <paramref name="newEvents"/>.</summary>
    public EpisodeResult Execute(IEnumerable<P.HistoryEvent> past, IReadOnlyList<P.HistoryEvent> newEvents)
    {
        EpisodeResult? result = null;
        _thread.Run(() =>
        {
            IsReplaying = true;
            foreach (var e in past)
                Process(e, replayed: true);
            ExpectNothingPending();
            IsReplaying = false;
            result = RunEpisode(newEvents);
        });
        return result!;
    }

    /// <summary>Runs one more episode on the live state.</summary>
    public EpisodeResult ExecuteNewEvents(IReadOnlyList<P.HistoryEvent> newEvents)
    {
        EpisodeResult? result = null;
        _thread.Run(() => result = RunEpisode(newEvents));
        return result!;
    }

    /// <exception cref="InvalidOperationException">The caller is not on the orchestrator's thread.</exception>
    public void EnsureOrchestratorThread()
    {
        if (_thread.IsCurrent)
            return;
        ReportIllegalAwait();
        throw new InvalidOperationException(IllegalAwait);
    }

    public OpenTask Schedule(OpenTaskKind kind, P.OrchestratorAction action)
    {
        action.Id = _nextId++;
        _pending.Add(action.Id, action);
        var task = new OpenTask(action.Id, kind);
        _open.Add(task.Id, task);
        return task;
    }

    public void Emit(P.OrchestratorAction action)
    {
        action.Id = _nextId++;
        _pending.Add(action.Id, action);
    }

    public void CancelTimer(OpenTask timer, CancellationToken cancellation) => OnCancellation(() =>
    {
        if (!_open.Remove(timer.Id))
            return;
        _cancelledTimers.Add(timer.Id);
        timer.Completion.TrySetCanceled(cancellation);
    });

    /// <summary>Cancels what the orchestrator awaits. A cancellation by another thread breaks determinism.</summary>
    public void OnCancellation(Action cancel)
    {
        if (_thread.IsCurrent)
            _thread.Complete(cancel);
        else
            ReportIllegalAwait(ForeignCancellation);
    }

    public void SetCustomStatus(string? json)
    {
        CustomStatus = json;
        _customStatusChanged = true;
    }

    EpisodeResult RunEpisode(IReadOnlyList<P.HistoryEvent> newEvents)
    {
        foreach (var e in newEvents)
            Process(e, replayed: false);
        return Conclude();
    }

    void Process(P.HistoryEvent e, bool replayed)
    {
        if (IsCompleted || _broken is not null)
            return;
        if (IsSuspended && e.EventTypeCase is not (EventCase.ExecutionResumed or EventCase.ExecutionTerminated))
        {
            _heldWhileSuspended.Enqueue(e);
            return;
        }
        // Every episode records everything it scheduled, so nothing may be left at the start of the next one.
        if (replayed && e.EventTypeCase == EventCase.OrchestratorStarted)
            ExpectNothingPending();
        Apply(e);
    }

    void Apply(P.HistoryEvent e)
    {
        switch (e.EventTypeCase)
        {
            case EventCase.OrchestratorStarted:
                CurrentUtcDateTime = e.Timestamp.ToDateTime();
                break;
            case EventCase.ExecutionStarted:
                Start(e.ExecutionStarted);
                break;
            case EventCase.TaskScheduled:
                Match(e.EventId, ActionCase.ScheduleTask, e.TaskScheduled.Name, $"the activity '{e.TaskScheduled.Name}'");
                break;
            case EventCase.SubOrchestrationInstanceCreated:
                var child = e.SubOrchestrationInstanceCreated.Name;
                Match(e.EventId, ActionCase.CreateSubOrchestration, child, $"the sub-orchestration '{child}'");
                break;
            case EventCase.TimerCreated:
                Match(e.EventId, ActionCase.CreateTimer, null, "a timer");
                break;
            case EventCase.EventSent:
                Match(e.EventId, ActionCase.SendEvent, e.EventSent.Name, $"the event '{e.EventSent.Name}'");
                break;
            case EventCase.TaskCompleted:
                Complete(OpenTaskKind.Activity, new(e.TaskCompleted.TaskScheduledId, e.TaskCompleted.Result));
                break;
            case EventCase.TaskFailed:
                Complete(OpenTaskKind.Activity, Failed(e.TaskFailed.TaskScheduledId, e.TaskFailed.FailureDetails));
                break;
            case EventCase.SubOrchestrationInstanceCompleted:
                var completed = e.SubOrchestrationInstanceCompleted;
                Complete(OpenTaskKind.SubOrchestration, new(completed.TaskScheduledId, completed.Result));
                break;
            case EventCase.SubOrchestrationInstanceFailed:
                var failed = e.SubOrchestrationInstanceFailed;
                Complete(OpenTaskKind.SubOrchestration, Failed(failed.TaskScheduledId, failed.FailureDetails));
                break;
            case EventCase.TimerFired:
                Complete(OpenTaskKind.Timer, new(e.TimerFired.TimerId, null));
                break;
            case EventCase.EventRaised:
                if (Events.Deliver(e.EventRaised.Name, e.EventRaised.Input) is { } waiter)
                    _thread.Complete(() => waiter.TrySetResult(e.EventRaised.Input));
                break;
            case EventCase.ExecutionSuspended:
                IsSuspended = true;
                break;
            case EventCase.ExecutionResumed:
                Resume();
                break;
            case EventCase.ExecutionTerminated:
                Terminate(e.ExecutionTerminated);
                break;
            case EventCase.ExecutionCompleted:
                _completion ??= new P.CompleteOrchestrationAction { OrchestrationStatus = e.ExecutionCompleted.OrchestrationStatus };
                _pending.Clear();
                break;
        }
    }

    void Start(P.ExecutionStartedEvent started)
    {
        if (_function is not null)
            return;
        _context.Begin(started);
        if (!_catalog.TryGetOrchestrator(started.Name, out var orchestrator))
        {
            _function = Task.FromResult<object?>(null);
            Fail(Failures.Permanent(
                Failures.OrchestratorNotFound,
                $"No orchestrator named '{started.Name}' is registered. Deploy a build that has it, or terminate this instance."));
            return;
        }
        _thread.Start(() =>
        {
            try
            {
                _function = orchestrator(_context);
            }
            // Any exception of the orchestrator is its failure.
            catch (Exception e)
            {
                _function = Task.FromException<object?>(e);
            }
        });
        // An orchestrator that ends on another thread has awaited something that is not durable.
        if (!_function!.IsCompleted)
        {
            _function.ContinueWith(
                _ =>
                {
                    if (!_thread.IsCurrent)
                        ReportIllegalAwait();
                },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    void Match(int id, ActionCase kind, string? name, string recorded)
    {
        if (!_pending.TryGetValue(id, out var action))
        {
            _broken = NonDeterministicOrchestrationException.Missing(id, recorded);
            return;
        }
        var currentName = kind switch
        {
            ActionCase.ScheduleTask => action.ScheduleTask?.Name,
            ActionCase.CreateSubOrchestration => action.CreateSubOrchestration?.Name,
            ActionCase.SendEvent => action.SendEvent?.Name,
            _ => null,
        };
        if (action.OrchestratorActionTypeCase != kind || !string.Equals(name, currentName, StringComparison.OrdinalIgnoreCase))
            _broken = NonDeterministicOrchestrationException.Different(id, recorded, action);
        else
            _pending.Remove(id);
    }

    void ExpectNothingPending()
    {
        if (!IsSuspended && !IsCompleted && _broken is null && _pending.Count > 0)
            _broken = NonDeterministicOrchestrationException.Additional(_pending.First().Value);
    }

    // A result for a task that is not open is a duplicate, or belongs to a cancelled timer.
    void Complete(OpenTaskKind kind, TaskOutcome outcome)
    {
        if (_open.TryGetValue(outcome.TaskId, out var task) && task.Kind == kind && _open.Remove(outcome.TaskId))
            _thread.Complete(() => task.Completion.TrySetResult(outcome));
    }

    static TaskOutcome Failed(int id, P.TaskFailureDetails? failure) => new(id, null, IsFailed: true, failure);

    void Resume()
    {
        IsSuspended = false;
        while (!IsSuspended && _heldWhileSuspended.TryDequeue(out var held))
        {
            if (!IsCompleted && _broken is null)
                Apply(held);
        }
    }

    void Terminate(P.ExecutionTerminatedEvent terminated)
    {
        // Messages that were already sent stay sent; work whose result is no longer awaited is not started.
        foreach (var (id, action) in _pending.ToList())
        {
            if (action.OrchestratorActionTypeCase != ActionCase.SendEvent)
                _pending.Remove(id);
        }
        End(new P.CompleteOrchestrationAction
        {
            OrchestrationStatus = P.OrchestrationStatus.Terminated,
            Result = terminated.Input,
        });
    }

    EpisodeResult Conclude()
    {
        if (!IsCompleted)
        {
            if (_illegalAwait is { } illegal)
                _broken ??= new InvalidOperationException(illegal);
            if (_broken is not null)
            {
                _pending.Clear();
                Fail(Failures.FromException(_broken));
            }
            else if (!IsSuspended && _function is { IsCompleted: true } && (_open.Count == 0 || Continuation is not null))
            {
                CompleteFunction(_function);
            }
        }

        var held = IsSuspended && !IsCompleted;
        var actions = held ? [] : _pending.Values.ToList();
        if (!held)
            _pending.Clear();
        var cancelled = _cancelledTimers.ToList();
        _cancelledTimers.Clear();
        var result = new EpisodeResult(actions, _completion, CustomStatus, _customStatusChanged, held, cancelled);
        _customStatusChanged = false;
        return result;
    }

    void CompleteFunction(Task<object?> function)
    {
        if (!function.IsCompletedSuccessfully)
        {
            Fail(Failures.FromException(
                function.Exception?.InnerException ?? new TaskCanceledException("The orchestrator awaited something that was cancelled.")));
        }
        else if (Continuation is { } next)
        {
            var action = new P.CompleteOrchestrationAction
            {
                OrchestrationStatus = P.OrchestrationStatus.ContinuedAsNew,
                Result = next.Input,
                NewVersion = next.Version,
            };
            if (next.PreserveUnprocessedEvents)
            {
                action.CarryoverEvents.AddRange(Events.Unprocessed.Select(e => new P.HistoryEvent
                {
                    EventId = -1,
                    Timestamp = HistoryEvents.Timestamp(CurrentUtcDateTime),
                    EventRaised = new() { Name = e.Name, Input = e.Payload },
                }));
            }
            End(action);
        }
        else
        {
            string? output;
            try
            {
                output = _context.Serialize(function.Result);
            }
            // An output that cannot be serialized is the orchestrator's failure.
            catch (Exception e)
            {
                Fail(Failures.FromException(e));
                return;
            }
            End(new P.CompleteOrchestrationAction { OrchestrationStatus = P.OrchestrationStatus.Completed, Result = output });
        }
    }

    void Fail(P.TaskFailureDetails failure) => End(new P.CompleteOrchestrationAction
    {
        OrchestrationStatus = P.OrchestrationStatus.Failed,
        Result = failure.ErrorMessage,
        FailureDetails = failure,
    });

    void End(P.CompleteOrchestrationAction completion)
    {
        _completion = completion;
        Emit(new P.OrchestratorAction { CompleteOrchestration = completion });
    }

    void ReportIllegalAwait(string reason = IllegalAwait)
    {
        if (_illegalAwait is not null)
            return;
        _illegalAwait = reason;
        _onIllegalAwait?.Invoke();
    }
}
