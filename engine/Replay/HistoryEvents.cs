using Google.Protobuf.WellKnownTypes;
using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Replay;

/// <summary>Creates history events.</summary>
static class HistoryEvents
{
    /// <summary>A wire timestamp with full (100 ns) precision: identifiers derived from it must be the same on replay.</summary>
    public static Timestamp Timestamp(DateTime utc) => Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(utc);

    public static HistoryEvent OrchestratorStarted(DateTime utcNow) =>
        new() { EventId = -1, Timestamp = Timestamp(utcNow), OrchestratorStarted = new() };

    /// <summary>The history event of an action; null for kinds without an event.</summary>
    public static HistoryEvent? FromAction(OrchestratorAction action, DateTime utcNow)
    {
        var e = new HistoryEvent { EventId = action.Id, Timestamp = Timestamp(utcNow) };
        switch (action.OrchestratorActionTypeCase)
        {
            case OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask:
                var task = action.ScheduleTask;
                e.TaskScheduled = new() { Name = task.Name, Version = task.Version, Input = task.Input, Tags = { task.Tags } };
                return e;
            case OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration:
                var child = action.CreateSubOrchestration;
                e.SubOrchestrationInstanceCreated = new()
                {
                    InstanceId = child.InstanceId,
                    Name = child.Name,
                    Version = child.Version,
                    Input = child.Input,
                    Tags = { child.Tags },
                };
                return e;
            case OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer:
                e.TimerCreated = new() { FireAt = action.CreateTimer.FireAt };
                return e;
            case OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent:
                var sent = action.SendEvent;
                e.EventSent = new() { InstanceId = sent.Instance.InstanceId, Name = sent.Name, Input = sent.Data };
                return e;
            case OrchestratorAction.OrchestratorActionTypeOneofCase.CompleteOrchestration:
                var completion = action.CompleteOrchestration;
                e.ExecutionCompleted = new()
                {
                    OrchestrationStatus = completion.OrchestrationStatus,
                    Result = completion.Result,
                    FailureDetails = completion.FailureDetails,
                };
                return e;
            default:
                return null;
        }
    }
}
