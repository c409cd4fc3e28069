namespace Microsoft.DurableTask;

/// <summary>Names a class-based orchestrator or activity.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed class DurableTaskAttribute : Attribute
{
    /// <summary>Gives the name; without one it is the class's own.</summary>
    public DurableTaskAttribute(string? name = null) => Name = string.IsNullOrEmpty(name) ? default : new(name);

    /// <summary>The name, or the default value when none was given.</summary>
    public TaskName Name { get; }

    /// <summary>The version, or null for none.</summary>
    public string? Version { get; set; }
}
