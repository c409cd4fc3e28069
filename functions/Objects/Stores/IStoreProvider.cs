using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Objects.Stores;

/// <summary>One kind of store: reads its locations from parameters, checks them, and opens them.</summary>
interface IStoreProvider
{
    /// <summary>The values of <c>srcType</c> and <c>destType</c> that it serves. The first is meant where an address is its own.</summary>
    IReadOnlyList<string> Types { get; }

    /// <summary>Whether an address (<c>srcEndpoint</c>, <c>destEndpoint</c>) is of this kind of store and of no other.</summary>
    bool OwnsAddress(string address);

    /// <summary>Reads a location, and notes every fault of its parameters that can be seen without asking anybody.</summary>
    StoreLocation ReadLocation(StoreSide side, string type, ParameterReader parameters);

    /// <summary>Reads how objects are to be stored at the destination: storage class, access control list and encryption.</summary>
    /// <returns>Attributes without metadata.</returns>
    ObjectAttributes ReadAttributes(StoreLocation destination, ParameterReader parameters);

    /// <summary>Opens a location that it has read, with the keys that it names.</summary>
    /// <exception cref="StoreException">The location's secret is missing or malformed, or the location may not be used.</exception>
    Task<IObjectStore> OpenAsync(StoreLocation location, CancellationToken cancellationToken);
}
