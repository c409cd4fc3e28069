using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>One call of a function, kept among the features of its context.</summary>
/// <param name="Function">The function.</param>
/// <param name="Trigger">The trigger's value: a request, a timer, an orchestration's context, an activity's call.</param>
/// <param name="Data">Values by name: of the route, or the activity's instance id.</param>
sealed record FunctionCall(FunctionMethod Function, object Trigger, IReadOnlyDictionary<string, object?> Data)
{
    /// <summary>Name of the instance id among the values of an activity.</summary>
    internal const string InstanceId = "instanceId";

    /// <summary>The context middleware handed down.</summary>
    internal FunctionContext Context { get; set; } = null!;

    /// <summary>What the function returned; null while it has not, and when middleware answered in its place.</summary>
    internal object? Result { get; set; }
}
