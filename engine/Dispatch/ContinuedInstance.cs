using DataTransferHub.Engine.Replay;
using DataTransferHub.Engine.Storage;
using Google.Protobuf;
using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>
/// The next execution of an instance that continues as new. Its start and the events carried over are messages that come
/// before everything already in the inbox, also after a crash: their priority is lower than any other's.
/// </summary>
sealed class ContinuedInstance
{
    readonly InstanceMailbox _mailbox;
    readonly ExecutionStartedEvent _started;
    readonly List<HistoryEvent> _messages;
    readonly long _priority;
    readonly List<InstanceMessage> _written = [];

    public ContinuedInstance(InstanceMailbox mailbox, CompleteOrchestrationAction completion, long episode, DateTime now)
    {
        _mailbox = mailbox;
        _started = mailbox.Started!.Clone();
        _started.Input = completion.Result;
        _started.ScheduledStartTimestamp = null;
        _started.OrchestrationInstance.ExecutionId = InstanceCreation.NewExecutionId();
        if (completion.NewVersion is { } version)
            _started.Version = version;
        _messages =
        [
            new HistoryEvent { EventId = -1, Timestamp = HistoryEvents.Timestamp(now), ExecutionStarted = _started },
            .. completion.CarryoverEvents,
        ];
        // What an earlier execution did not get to see is older than what this one leaves over, yet was delivered later.
        _priority = -(episode + 1);
    }

    public void Apply(StoreTransaction transaction)
    {
        _written.Clear();
        transaction.ContinueInstance(_mailbox.Key, _started);
        var executionId = _started.OrchestrationInstance.ExecutionId;
        foreach (var message in _messages)
        {
            // Events are for the instance, whichever execution it is at; only the start is for this one.
            var forExecution = message.ExecutionStarted is null ? null : executionId;
            var sequence = transaction.WriteMessage(_mailbox.Key, _priority, forExecution, message.ToByteArray());
            _written.Add(new InstanceMessage(sequence, forExecution, message));
        }
    }

    public void Turn() => _mailbox.ContinueAs(_started.OrchestrationInstance.ExecutionId, _written);
}
