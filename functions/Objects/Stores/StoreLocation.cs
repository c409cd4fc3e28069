namespace DataTransferHub.Objects.Stores;

/// <summary>
/// A place that holds objects, and the way to it. Holds the name of a secret, never its value. Each kind of store has its own.
/// </summary>
/// <param name="Side">Which end of a transfer it is.</param>
/// <param name="Type">Its type, see <see cref="IStoreProvider.Types"/>.</param>
abstract record StoreLocation(StoreSide Side, string Type)
{
    /// <summary>The place's name, the same for every task: what is remembered about its objects is kept under it.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Where another location lies in this one: the beginning of the keys that its objects have here, empty where both are the same place;
    /// null where they are apart.
    /// </summary>
    public abstract string? KeyOf(StoreLocation other);
}
