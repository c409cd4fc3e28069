using System.Collections.Concurrent;
using DataTransferHub.Objects.Settings;
using DataTransferHub.Secrets;
using DataTransferHub.Tasks.Plugins;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>Amazon S3 and services with the same protocol. Access keys are read from the vault here and nowhere else.</summary>
sealed class S3StoreProvider(ISecretVault vault, S3Transport transport, IOptions<ObjectOptions> options, TimeProvider time) : IStoreProvider
{
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
    static readonly PartLimits PartLimits = new(Most: 10_000, Smallest: 5L << 20, Largest: 5L << 30);

    // By the name of the location.
    readonly ConcurrentDictionary<string, S3BucketFacts> _facts = new(StringComparer.Ordinal);

    readonly AccountCredentials _ofSource = new(StoreSide.Source, time);
    readonly AccountCredentials _ofDestination = new(StoreSide.Destination, time);

    public IReadOnlyList<string> Types { get; } = Enum.GetNames<S3Service>();

    // An http address may also belong to another kind of store.
    public bool OwnsAddress(string address) => false;

    public StoreLocation ReadLocation(StoreSide side, string type, ParameterReader parameters) =>
        S3LocationReader.Read(side, Enum.Parse<S3Service>(type), parameters);

    public StoreLocation ReadListLocation(StoreLocation source, StoreLocation destination, ParameterReader parameters) =>
        S3LocationReader.ReadListBucket((S3Location)source, destination, parameters);

    public ObjectAttributes ReadAttributes(StoreLocation destination, ParameterReader parameters) =>
        S3LocationReader.ReadAttributes((S3Location)destination, parameters);

    public async Task<IObjectStore> OpenAsync(StoreLocation location, CancellationToken cancellationToken)
    {
        var bucket = (S3Location)location;
        IS3CredentialSource credentials = bucket switch
        {
            { InCurrentAccount: true, Side: StoreSide.Source } => _ofSource,
            { InCurrentAccount: true } => _ofDestination,
            { SecretName: "" } => new FixedCredentials(null),
            _ => await FixedCredentials.FromSecretAsync(vault, bucket.SecretName, bucket.Side, cancellationToken),
        };
        var endpoint = new S3Endpoint(
            bucket.Side, bucket.Address, bucket.Bucket, bucket.SigningRegion, bucket.PathStyle, bucket.RequesterPays,
            bucket is { Service: S3Service.Amazon_S3, OwnAddress: null } ? S3Location.AmazonAddress : null);
        return new S3ObjectStore(
            new S3Client(endpoint, credentials, transport, options.Value.IdleTimeout, time),
            new StoreCapabilities(
                IsTransitProtected: endpoint.Service.Scheme == Uri.UriSchemeHttps,
                ListsInKeyOrder: true,
                ResumesUploads: true,
                JoinedChecksum: ChecksumKind.Md5OfParts,
                EncryptionThatHidesChecksums: EncryptionKind.ManagedKey,
                PartLimits,
                // Other services have checksums of their own, with other headers. Stores that are addressed as Amazon may lack them.
                HasAdditionalChecksums: bucket.Service is S3Service.Amazon_S3)
            {
                FindKeyFault = key => S3Keys.FindFault(bucket.Service, key),
            },
            _facts.GetOrAdd(bucket.Name, _ => new S3BucketFacts(acceptsGzip: bucket.Service is S3Service.Google_GCS)));
    }
}
