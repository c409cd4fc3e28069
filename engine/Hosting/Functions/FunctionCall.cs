using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>One call of a function, stored as a feature of its context.</summary>
/// <param name="Function">The function.</param>
/// <param name="Trigger">The trigger's value: a request, a timer, an orchestration's context, an activity's call.</param>
/// <param name="Data">Values by name: route values, or the activity's instance id.</param>
sealed record FunctionCall(FunctionMethod Function, object Trigger, IReadOnlyDictionary<string, object?> Data)
{
    /// <summary>Name of the instance id in an activity's values.</summary>
    internal const string InstanceId = "instanceId";

    /// <summary>The context that middleware passed on.</summary>
    internal FunctionContext Context { get; set; } = null!;

    /// <summary>What the function returned; null before it has returned, and if middleware answered instead.</summary>
    internal object? Result { get; set; }
}
