using DataTransferHub.Engine.Replay;
using DataTransferHub.Engine.Storage;
using Google.Protobuf;
using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>
/// The messages of an episode to other instances: events, new children, its completion to its parent, its termination to its children.
/// </summary>
sealed class Outbox
{
    readonly Dispatcher _dispatcher;
    readonly InstanceMailbox _sender;
    readonly DateTime _now;
    readonly List<(string To, string? ExecutionId, HistoryEvent Event)> _messages = [];
    readonly List<(int TaskId, HistoryEvent Start)> _children = [];

    // Written by the last Apply, in order.
    readonly List<(string To, InstanceMessage Message)> _written = [];
    readonly List<CreatedInstance> _created = [];
    readonly List<string> _unfound = [];

    public Outbox(
        Dispatcher dispatcher,
        InstanceMailbox sender,
        string executionId,
        EpisodeResult result,
        List<HistoryEvent> history,
        DateTime now)
    {
        _dispatcher = dispatcher;
        _sender = sender;
        _now = now;
        foreach (var action in result.Actions)
        {
            if (action.SendEvent is { } sent)
                _messages.Add((sent.Instance.InstanceId, null, Event(e => e.EventRaised = new() { Name = sent.Name, Input = sent.Data })));
            else if (action.CreateSubOrchestration is { } child)
                _children.Add((action.Id, Start(action.Id, child, executionId)));
        }
        if (result.Completion is not { } completion || completion.OrchestrationStatus == OrchestrationStatus.ContinuedAsNew)
            return;
        if (history.Exists(e => e.ExecutionTerminated is { Recurse: true }))
            TerminateChildren(history);
        NotifyParent(completion);
    }

    public void Apply(StoreTransaction transaction)
    {
        _written.Clear();
        _created.Clear();
        _unfound.Clear();
        foreach (var (taskId, start) in _children)
        {
            var replaceable = _dispatcher.Replaceable(start.ExecutionStarted.OrchestrationInstance.InstanceId, InstanceCreation.Finished);
            if (InstanceCreation.TryCreate(transaction, start, replaceable, _now) is { } created)
                _created.Add(created);
            else
                Write(transaction, _sender.InstanceId, null, AlreadyExists(taskId, start.ExecutionStarted));
        }
        foreach (var (to, executionId, message) in _messages)
            Write(transaction, to, executionId, message);
    }

    /// <summary>Delivers the messages, now durable, to the instances in memory.</summary>
    public void Deliver()
    {
        foreach (var created in _created)
            _dispatcher.Begin(created);
        foreach (var (to, message) in _written)
            _dispatcher.Find(to)?.Enqueue(message);
        foreach (var to in _unfound)
            _dispatcher.FailUnreachable(to);
    }

    /// <summary>Delivers the messages although nothing could be written: the next start derives the same messages again.</summary>
    public void DeliverUnwritten()
    {
        foreach (var (to, executionId, message) in _messages)
            _dispatcher.Find(to)?.Enqueue(new InstanceMessage(0, executionId, message));
    }

    // As in every task hub, a message to an instance that does not exist, has ended, or has another execution is dropped.
    void Write(StoreTransaction transaction, string to, string? executionId, HistoryEvent message)
    {
        var found = transaction.Find(to);
        if (found is null)
            _unfound.Add(to);
        if (found is not { IsTerminal: false } head || (executionId is not null && executionId != head.ExecutionId))
            return;
        var sequence = transaction.WriteMessage(head.Key, 0, executionId, message.ToByteArray());
        _written.Add((to, new InstanceMessage(sequence, executionId, message)));
    }

    HistoryEvent Start(int taskId, CreateSubOrchestrationAction child, string executionId)
    {
        var started = new ExecutionStartedEvent
        {
            Name = child.Name,
            Version = child.Version,
            Input = child.Input,
            OrchestrationInstance = new() { InstanceId = child.InstanceId, ExecutionId = InstanceCreation.NewExecutionId() },
            ParentInstance = new()
            {
                TaskScheduledId = taskId,
                Name = _sender.Started?.Name,
                Version = _sender.Started?.Version,
                OrchestrationInstance = new() { InstanceId = _sender.InstanceId, ExecutionId = executionId },
            },
        };
        if (_sender.Started is { } parent)
            started.Tags.Add(parent.Tags);
        foreach (var (name, value) in child.Tags)
            started.Tags[name] = value;
        return Event(e => e.ExecutionStarted = started);
    }

    HistoryEvent AlreadyExists(int taskId, ExecutionStartedEvent start) => Event(e => e.SubOrchestrationInstanceFailed = new()
    {
        TaskScheduledId = taskId,
        FailureDetails = Failures.Permanent(
            typeof(DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException).FullName!,
            $"The sub-orchestration '{start.Name}' cannot start: an instance with id '{start.OrchestrationInstance.InstanceId}' already" +
            " exists and has not ended. Use another instance id for the sub-orchestration."),
    });

    void NotifyParent(CompleteOrchestrationAction completion)
    {
        var parent = _sender.Started?.ParentInstance ?? FindParent();
        if (parent is null)
            return;
        var end = completion.OrchestrationStatus == OrchestrationStatus.Completed
            ? Event(e => e.SubOrchestrationInstanceCompleted = new()
            {
                TaskScheduledId = parent.TaskScheduledId,
                Result = completion.Result,
            })
            : Event(e => e.SubOrchestrationInstanceFailed = new()
            {
                TaskScheduledId = parent.TaskScheduledId,

                // Null if it was terminated, as in the Durable Task Framework.
                FailureDetails = completion.FailureDetails,
            });
        _messages.Add((parent.OrchestrationInstance.InstanceId, parent.OrchestrationInstance.ExecutionId, end));
    }

    // A damaged history does not give the parent, but the parent's open work contains the child.
    ParentInstanceInfo? FindParent()
    {
        if (_sender.Damage is null)
            return null;
        var known = _sender.ParentId is { } parentId ? _dispatcher.Find(parentId) : null;
        if ((known ?? _dispatcher.FindParentOf(_sender.InstanceId)) is not { } parent)
            return null;
        var task = parent.Inspect(open => open.Children
            .Where(child => child.Value == _sender.InstanceId)
            .Select(child => (int?)child.Key)
            .FirstOrDefault());
        return task is { } taskId
            ? new()
            {
                TaskScheduledId = taskId,
                OrchestrationInstance = new() { InstanceId = parent.InstanceId, ExecutionId = parent.ExecutionId },
            }
            : null;
    }

    // The children are those of this execution's earlier episodes; a terminated episode creates none.
    void TerminateChildren(List<HistoryEvent> history)
    {
        var reason = history.FindLast(e => e.ExecutionTerminated is not null)!.ExecutionTerminated.Input;
        foreach (var child in _sender.Inspect(open => open.Children.Values.ToList()))
            _messages.Add((child, null, Event(e => e.ExecutionTerminated = new() { Input = reason, Recurse = true })));
    }

    HistoryEvent Event(Action<HistoryEvent> fill)
    {
        var e = new HistoryEvent { EventId = -1, Timestamp = HistoryEvents.Timestamp(_now) };
        fill(e);
        return e;
    }
}
