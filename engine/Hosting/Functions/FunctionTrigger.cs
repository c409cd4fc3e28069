using System.Reflection;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>The trigger of a function.</summary>
/// <param name="Parameter">The parameter that receives the trigger's value.</param>
/// <param name="Kind">The trigger's name in a function's metadata.</param>
abstract record FunctionTrigger(ParameterInfo Parameter, string Kind)
{
    /// <summary>Whether it is this parameter of its function.</summary>
    /// <remarks>
    /// By position: while several threads read the parameters of a method for the first time, each may get its own objects for them.
    /// </remarks>
    public bool IsOf(ParameterInfo parameter) => parameter.Position == Parameter.Position;
}

/// <summary>A request.</summary>
sealed record HttpFunctionTrigger(ParameterInfo Parameter, RoutePattern Route, IReadOnlyList<string> Methods, AuthorizationLevel Level)
    : FunctionTrigger(Parameter, "httpTrigger");

/// <summary>A schedule.</summary>
sealed record TimerFunctionTrigger(ParameterInfo Parameter, TimerSchedule Schedule, bool RunOnStartup)
    : FunctionTrigger(Parameter, "timerTrigger");

/// <summary>The start of an orchestration.</summary>
sealed record OrchestratorFunctionTrigger(ParameterInfo Parameter, string Name)
    : FunctionTrigger(Parameter, "orchestrationTrigger");

/// <summary>A call by an orchestration.</summary>
sealed record ActivityFunctionTrigger(ParameterInfo Parameter, string Name)
    : FunctionTrigger(Parameter, "activityTrigger");
