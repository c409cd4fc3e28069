namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Marks where a function's output goes.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property)]
public abstract class OutputBindingAttribute : BindingAttribute
{
    /// <summary>Made by what derives from it.</summary>
    public OutputBindingAttribute()
    {
    }
}
