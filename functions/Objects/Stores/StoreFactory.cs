namespace DataTransferHub.Objects.Stores;

/// <summary>Opens stores of some types.</summary>
interface IStoreProvider
{
    /// <summary>The types it opens.</summary>
    IReadOnlyCollection<StoreType> Types { get; }

    /// <summary>Opens the store at a location with the keys that it names.</summary>
    /// <exception cref="StoreException">The location's secret is missing or malformed.</exception>
    Task<IObjectStore> OpenAsync(StoreLocation location, CancellationToken cancellationToken);
}

/// <summary>Opens the store at a location by the provider of its type.</summary>
sealed class StoreFactory(IEnumerable<IStoreProvider> providers)
{
    readonly Dictionary<StoreType, IStoreProvider> _byType = providers
        .SelectMany(provider => provider.Types.Select(type => (type, provider)))
        .ToDictionary(pair => pair.type, pair => pair.provider);

    /// <exception cref="StoreException">The location's secret is missing or malformed.</exception>
    public Task<IObjectStore> OpenAsync(StoreLocation location, CancellationToken cancellationToken) =>
        _byType.TryGetValue(location.Type, out var provider)
            ? provider.OpenAsync(location, cancellationToken)
            : throw new InvalidOperationException($"No store is registered for the type {location.Type}.");
}
