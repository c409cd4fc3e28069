using System.Reflection;

namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>
/// Inputs and outputs of an invocation, as middleware sees them through the worker's extension methods. The embedded host has no output
/// bindings except the result.
/// </summary>
class InvocationBindings : DispatchProxy
{
    readonly Dictionary<string, object?> _outputs = [];

    /// <summary>The invocation.</summary>
    internal FunctionCall Call { get; set; } = null!;

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        switch (targetMethod?.Name)
        {
            case "get_InvocationResult":
                return Call.Result;
            case "set_InvocationResult":
                Call.Result = args![0];
                return null;
            case "get_OutputBindingData":
                return _outputs;
            case "get_TriggerMetadata" or "get_InputData":
                return Call.Data;
            default:
                throw new NotSupportedException(
                    $"The embedded host does not support {targetMethod?.DeclaringType?.Name}.{targetMethod?.Name}; run the application on "
                    + "the Azure Functions host, or remove the call.");
        }
    }
}
