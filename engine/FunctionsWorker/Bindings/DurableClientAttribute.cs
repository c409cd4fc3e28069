using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Marks a parameter that takes a durable client.</summary>
public sealed class DurableClientAttribute : InputBindingAttribute
{
    /// <summary>Name of another task hub. The embedded host has one, and takes no other name.</summary>
    public string? TaskHub { get; set; }

    /// <summary>Name of another connection. The embedded host has none, and takes no name.</summary>
    public string? ConnectionName { get; set; }
}
