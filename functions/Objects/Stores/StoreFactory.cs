using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Objects.Stores;

/// <summary>All kinds of stores of this hub.</summary>
sealed class StoreFactory(IEnumerable<IStoreProvider> providers)
{
    readonly IReadOnlyList<IStoreProvider> _providers = [.. providers];

    /// <summary>Reads a location with the provider of its type.</summary>
    /// <param name="side">Which end it is.</param>
    /// <param name="typeName">The parameter that holds the type.</param>
    /// <param name="addressName">The parameter that holds the address, which determines the type if none is given.</param>
    /// <param name="otherwise">The type if the address does not determine it either.</param>
    /// <param name="parameters">The parameters.</param>
    public StoreLocation ReadLocation(
        StoreSide side, string typeName, string addressName, string otherwise, ParameterReader parameters)
    {
        var owner = _providers.FirstOrDefault(provider => provider.OwnsAddress(parameters.Text(addressName)));
        var type = parameters.OneOf(typeName, owner?.Types[0] ?? otherwise, [.. _providers.SelectMany(provider => provider.Types)]);
        return ProviderOf(type).ReadLocation(side, type, parameters);
    }

    /// <summary>Reads the location of a list of prefixes that is in a bucket of its own.</summary>
    public StoreLocation ReadListLocation(StoreLocation source, StoreLocation destination, ParameterReader parameters) =>
        ProviderOf(source.Type).ReadListLocation(source, destination, parameters);

    /// <summary>Reads how objects are stored at a destination, without their metadata.</summary>
    public ObjectAttributes ReadAttributes(StoreLocation destination, ParameterReader parameters) =>
        ProviderOf(destination.Type).ReadAttributes(destination, parameters);

    /// <summary>Opens a location.</summary>
    /// <exception cref="StoreException">Its secret is missing or malformed, or it may not be used.</exception>
    public Task<IObjectStore> OpenAsync(StoreLocation location, CancellationToken cancellationToken) =>
        ProviderOf(location.Type).OpenAsync(location, cancellationToken);

    IStoreProvider ProviderOf(string type) => _providers.First(provider => provider.Types.Contains(type));
}
