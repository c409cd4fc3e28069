using DataTransferHub.Engine.Replay;
using DataTransferHub.Engine.Storage;
using Google.Protobuf;
using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>
/// The next execution of an instance that continues as new. Its start and the events carried over are messages that precede everything
/// already in the inbox, also after a crash: their priority value is lower than any other's.
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
        // Messages of an earlier carry-over that are still in the inbox come, in event order, after the ones that this execution has taken
        // and carries over, so later carry-overs sort first.
        _priority = -(episode + 1);
    }

    public void Apply(StoreTransaction transaction)
    {
        _written.Clear();
        transaction.ContinueInstance(_mailbox.Key, _started);
        var executionId = _started.OrchestrationInstance.ExecutionId;
        foreach (var message in _messages)
        {
            // Events are for the instance, whatever its execution; only the start is for this execution.
            var forExecution = message.ExecutionStarted is null ? null : executionId;
            var sequence = transaction.WriteMessage(_mailbox.Key, _priority, forExecution, message.ToByteArray());
            _written.Add(new InstanceMessage(sequence, forExecution, message));
        }
    }

    public void Turn() => _mailbox.ContinueAs(_started.OrchestrationInstance.ExecutionId, _written);
}
