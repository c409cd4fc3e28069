using DataTransferHub.Objects.Settings;
using DataTransferHub.Secrets;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>Opens S3 and the services that speak its protocol. Keys are read from the vault here and nowhere else.</summary>
sealed class S3StoreProvider(ISecretVault vault, S3Transport transport, IOptions<ObjectOptions> options, TimeProvider time) : IStoreProvider
{
    readonly AccountCredentials _ofSource = new(StoreSide.Source, time);
    readonly AccountCredentials _ofDestination = new(StoreSide.Destination, time);

    public IReadOnlyCollection<StoreType> Types { get; } = Enum.GetValues<StoreType>();

    public async Task<IObjectStore> OpenAsync(StoreLocation location, CancellationToken cancellationToken)
    {
        IS3CredentialSource credentials = location switch
        {
            { InCurrentAccount: true, Side: StoreSide.Source } => _ofSource,
            { InCurrentAccount: true } => _ofDestination,
            { SecretName: "" } => new FixedCredentials(null),
            _ => await FixedCredentials.FromSecretAsync(vault, location.SecretName, location.Side, cancellationToken),
        };
        var endpoint = new S3Endpoint(
            location.Side, location.Service, location.Bucket, location.SigningRegion, location.PathStyle, location.RequesterPays,
            location is { Type: StoreType.Amazon_S3, Endpoint: null } ? StoreLocation.Amazon : null);
        return new S3ObjectStore(
            new S3Client(endpoint, credentials, transport, options.Value.IdleTimeout, time),
            new StoreCapabilities(IsEncryptedInTransit: endpoint.Service.Scheme == Uri.UriSchemeHttps, ListsUploads: true));
    }
}
