using P = Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Replay;

/// <summary>The code does not match its history.</summary>
sealed class NonDeterministicOrchestrationException(string detail)
    : Exception("Non-Deterministic workflow detected: " + detail + Remedy)
{
    const string Remedy =
        " Either the code was changed while instances were running (start a new version of the orchestrator beside the old one, or let" +
        " the old instances finish first), or it depends on something that differs between executions, such as the clock," +
        " a random value, configuration or unordered data.";

    /// <summary>The type name under which the Durable Task Framework reports this failure.</summary>
    public const string ErrorType = "DurableTask.Core.Exceptions.NonDeterministicOrchestrationException";

    public static NonDeterministicOrchestrationException Missing(int id, string recorded) => new(
        $"A previous execution of this orchestration scheduled {recorded} with sequence ID {id}, but the current code has not scheduled" +
        " anything with that ID by this point.");

    public static NonDeterministicOrchestrationException Different(int id, string recorded, P.OrchestratorAction current) => new(
        $"A previous execution of this orchestration scheduled {recorded} with sequence ID {id}, but the current code schedules" +
        $" {Describe(current)} with that ID.");

    public static NonDeterministicOrchestrationException Additional(P.OrchestratorAction current) => new(
        $"The current code schedules {Describe(current)} with sequence ID {current.Id}, but a previous execution of this orchestration" +
        " scheduled nothing with that ID at this point.");

    public static string Describe(P.OrchestratorAction action) => action.OrchestratorActionTypeCase switch
    {
        P.OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask => $"the activity '{action.ScheduleTask.Name}'",
        P.OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration =>
            $"the sub-orchestration '{action.CreateSubOrchestration.Name}'",
        P.OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer => "a timer",
        P.OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent => $"the event '{action.SendEvent.Name}'",
        _ => action.OrchestratorActionTypeCase.ToString(),
    };
}
