using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Objects.Stores;

/// <summary>One kind of store: reads its locations from parameters, checks them, and opens them.</summary>
interface IStoreProvider
{
    /// <summary>The values of <c>srcType</c> and <c>destType</c> that it handles. The first is the default for its own addresses.</summary>
    IReadOnlyList<string> Types { get; }

    /// <summary>Whether an address (<c>srcEndpoint</c>, <c>destEndpoint</c>) can only belong to this kind of store.</summary>
    bool OwnsAddress(string address);

    /// <summary>Reads a location, and records every fault of its parameters that can be detected locally.</summary>
    StoreLocation ReadLocation(StoreSide side, string type, ParameterReader parameters);

    /// <summary>
    /// Reads the location of a list of prefixes that is in a bucket of its own, and records every fault that can be detected locally.
    /// </summary>
    /// <param name="source">The source of the task, a location of this kind.</param>
    /// <param name="destination">The destination of the task.</param>
    /// <param name="parameters">The parameters.</param>
    StoreLocation ReadListLocation(StoreLocation source, StoreLocation destination, ParameterReader parameters);

    /// <summary>Reads how objects are stored at the destination: storage class, access control list and encryption.</summary>
    /// <returns>Attributes without metadata.</returns>
    ObjectAttributes ReadAttributes(StoreLocation destination, ParameterReader parameters);

    /// <summary>Opens a location that it has read, with the credentials that the location names.</summary>
    /// <exception cref="StoreException">The location's secret is missing or malformed, or the location may not be used.</exception>
    Task<IObjectStore> OpenAsync(StoreLocation location, CancellationToken cancellationToken);
}
