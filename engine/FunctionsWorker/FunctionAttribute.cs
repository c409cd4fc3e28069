namespace Microsoft.Azure.Functions.Worker;

/// <summary>Makes a public method a function.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class FunctionAttribute : Attribute
{
    /// <summary>Names the function; the name is unique in the application, without regard to case.</summary>
    public FunctionAttribute(string name) => Name = name;

    /// <summary>Name of the function.</summary>
    public string Name { get; }
}
