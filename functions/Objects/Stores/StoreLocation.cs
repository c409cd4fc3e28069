namespace DataTransferHub.Objects.Stores;

/// <summary>
/// A place that holds objects, and how it is accessed. Contains the name of a secret, never its value. Each kind of store has its own type.
/// </summary>
/// <param name="Side">Which end of a transfer it is.</param>
/// <param name="Type">Its type, see <see cref="IStoreProvider.Types"/>.</param>
abstract record StoreLocation(StoreSide Side, string Type)
{
    /// <summary>The location's name, the same for every task: the key for stored information about its objects.</summary>
    public abstract string Name { get; }

    /// <summary>The endpoint to which its requests go: what can be limited for all tasks together.</summary>
    public abstract string Endpoint { get; }

    /// <summary>
    /// The path of another location in this one: the prefix that its objects' keys have here, empty if both are the same location; null if
    /// they are disjoint.
    /// </summary>
    public abstract string? KeyOf(StoreLocation other);
}
