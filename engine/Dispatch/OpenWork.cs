using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>What an execution has scheduled and whose end it has not processed; derived from its history alone.</summary>
sealed class OpenWork
{
    public Dictionary<int, TaskScheduledEvent> Activities { get; } = [];

    public Dictionary<int, DateTime> Timers { get; } = [];

    /// <summary>Instance ids of sub-orchestrations.</summary>
    public Dictionary<int, string> Children { get; } = [];

    public void Record(HistoryEvent e)
    {
        switch (e.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.TaskScheduled:
                Activities[e.EventId] = e.TaskScheduled;
                break;
            case HistoryEvent.EventTypeOneofCase.TimerCreated:
                Timers[e.EventId] = e.TimerCreated.FireAt.ToDateTime();
                break;
            case HistoryEvent.EventTypeOneofCase.SubOrchestrationInstanceCreated:
                Children[e.EventId] = e.SubOrchestrationInstanceCreated.InstanceId;
                break;
            default:
                Close(e);
                break;
        }
    }

    /// <summary>Removes the task that the event ends; false if that task is not open.</summary>
    public bool Close(HistoryEvent e) => e.EventTypeCase switch
    {
        HistoryEvent.EventTypeOneofCase.TaskCompleted => Activities.Remove(e.TaskCompleted.TaskScheduledId),
        HistoryEvent.EventTypeOneofCase.TaskFailed => Activities.Remove(e.TaskFailed.TaskScheduledId),
        HistoryEvent.EventTypeOneofCase.TimerFired => Timers.Remove(e.TimerFired.TimerId),
        HistoryEvent.EventTypeOneofCase.SubOrchestrationInstanceCompleted =>
            Children.Remove(e.SubOrchestrationInstanceCompleted.TaskScheduledId),
        HistoryEvent.EventTypeOneofCase.SubOrchestrationInstanceFailed => Children.Remove(e.SubOrchestrationInstanceFailed.TaskScheduledId),
        _ => true,
    };

    public void Clear()
    {
        Activities.Clear();
        Timers.Clear();
        Children.Clear();
    }
}
