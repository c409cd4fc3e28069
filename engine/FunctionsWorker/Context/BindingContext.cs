namespace Microsoft.Azure.Functions.Worker;

/// <summary>What came with the trigger.</summary>
public abstract class BindingContext
{
    /// <summary>Values by name, for example those of the route.</summary>
    public abstract IReadOnlyDictionary<string, object?> BindingData { get; }
}
