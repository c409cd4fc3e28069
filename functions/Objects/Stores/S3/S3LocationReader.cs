using System.Net;
using System.Text.RegularExpressions;
using DataTransferHub.Tasks.Plugins;
using static DataTransferHub.Objects.Settings.ObjectParameters;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>Reads the parameters of a bucket: its name, its address, its credentials, and how objects are stored in it.</summary>
static partial class S3LocationReader
{
    const string StandardClass = "STANDARD";
    const string NoAcl = "none";

    static readonly string[] StorageClasses = [StandardClass, "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING"];

    static readonly string[] BadPairs = ["..", ".-", "-.", "._", "_."];

    static readonly string[] Acls =
    [
        "private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read", "bucket-owner-read",
        "bucket-owner-full-control", NoAcl,
    ];

    // The values of the parameter destPutObjectSSEType.
    static readonly Dictionary<string, EncryptionKind> Encryptions = new()
    {
        ["None"] = EncryptionKind.Default,
        ["AES256"] = EncryptionKind.StoreKey,
        ["AWS_KMS"] = EncryptionKind.ManagedKey,
    };

    /// <summary>Reads a bucket and how it is accessed.</summary>
    public static S3Location Read(StoreSide side, S3Service service, ParameterReader parameters)
    {
        var isSource = side is StoreSide.Source;
        var endpointName = isSource ? SrcEndpoint : DestEndpoint;
        var regionName = isSource ? SrcRegion : DestRegion;
        var endpoint = ReadEndpoint(endpointName, parameters);
        var region = ReadRegion(regionName, parameters);
        if (endpoint is null && region.Length == 0 && service is S3Service.Aliyun_OSS or S3Service.Qiniu_Kodo or S3Service.Tencent_COS)
        {
            parameters.Fault(
                regionName, $"{service} requires a region or an endpoint; send {regionName} or {endpointName}.");
        }

        // A named secret takes precedence over the hub's own account. Without one, the default for the destination is that account, as in
        // the prior system, which runs in AWS.
        var secret = parameters.Text(isSource ? SrcCredentials : DestCredentials);
        var isOwnByDefault = !isSource && secret.Length == 0 && endpoint is null && service is S3Service.Amazon_S3;
        var isOwn = parameters.Flag(isSource ? SrcInCurrentAccount : DestInCurrentAccount, isOwnByDefault);
        var inCurrentAccount = isOwn && secret.Length == 0;
        var requesterPays = isSource && parameters.Flag(IsPayerRequest, false);
        if (requesterPays && !inCurrentAccount && secret.Length == 0)
            parameters.Fault(IsPayerRequest, "Requester pays excludes anonymous requests; send srcCredentials or srcInCurrentAccount.");
        var bucket = ReadBucket(isSource ? SrcBucket : DestBucket, parameters);
        var isPathStyle = IsPathStyle(isSource ? SrcPathStyle : DestPathStyle, endpoint, service, bucket, parameters);
        return new S3Location(side, service, endpoint, bucket, region, isPathStyle, requesterPays, inCurrentAccount, secret);
    }

    /// <summary>
    /// Reads the bucket of a list of prefixes. As in the prior system, it is a bucket of the hub's own account; but if the source is at an
    /// endpoint, the hub may have no account, and the bucket is at that endpoint and read with the source's credentials.
    /// </summary>
    public static S3Location ReadListBucket(S3Location source, StoreLocation destination, ParameterReader parameters)
    {
        var bucket = ReadBucket(SrcPrefixListBucket, parameters);
        if (source.OwnAddress is not null)
        {
            return source with
            {
                Bucket = bucket,
                PathStyle = IsPathStyle(SrcPathStyle, source.OwnAddress, source.Service, bucket, parameters),
            };
        }

        var region = ((S3Location?[])[source, destination as S3Location])
            .FirstOrDefault(end => end is { InCurrentAccount: true, Service: S3Service.Amazon_S3, OwnAddress: null })?.Region;
        var isPathStyle = IsPathStyle(SrcPathStyle, null, S3Service.Amazon_S3, bucket, parameters);
        return new S3Location(
            StoreSide.Source, S3Service.Amazon_S3, null, bucket, region ?? "", isPathStyle, RequesterPays: false, InCurrentAccount: true,
            SecretName: "");
    }

    /// <summary>Reads how objects are stored in the bucket.</summary>
    public static ObjectAttributes ReadAttributes(S3Location destination, ParameterReader parameters)
    {
        // The prior system's defaults apply to Amazon only; other services refuse them.
        var isAmazon = destination.Service is S3Service.Amazon_S3;
        var storageClass = parameters.OneOf(
            DestStorageClass, isAmazon && destination.OwnAddress is null ? "INTELLIGENT_TIERING" : StandardClass, StorageClasses);
        var acl = parameters.OneOf(DestAcl, isAmazon ? "bucket-owner-full-control" : NoAcl, Acls);
        var encryption = Encryptions[parameters.OneOf(DestPutObjectSseType, "None", Encryptions.Keys)];
        var key = parameters.Text(DestPutObjectSseKmsKeyId);
        if (encryption is EncryptionKind.ManagedKey && key.Length == 0)
            parameters.Fault(DestPutObjectSseKmsKeyId, "AWS_KMS requires a key; send the id or ARN of a KMS key.");
        else if (key.AsSpan().ContainsAnyExceptInRange('!', '~'))
            parameters.FaultOfHidden(DestPutObjectSseKmsKeyId, "It contains a character that no KMS key has; send its id or ARN.");
        return new ObjectAttributes(
            ObjectMetadata.None,
            storageClass == StandardClass ? null : storageClass,
            acl == NoAcl ? null : acl,
            new ObjectEncryption(encryption, encryption is EncryptionKind.ManagedKey ? key : null));
    }

    static string ReadBucket(string name, ParameterReader parameters)
    {
        var bucket = parameters.Text(name);
        if (bucket.Length == 0)
            parameters.Fault(name, "The bucket is missing; send its name.");
        else if (!BucketName.IsMatch(bucket) || IPAddress.TryParse(bucket, out _) && bucket.Contains('.') || HasBadPair(bucket))
        {
            parameters.Fault(
                name,
                "It is not a valid bucket name. A name has 3 to 255 letters, digits, dots, hyphens and underscores, starts and ends with a "
                + "lower-case letter or digit, has no dot next to another dot, a hyphen or an underscore, and is not an IP address.");
        }

        return bucket;
    }

    static string ReadRegion(string name, ParameterReader parameters)
    {
        var region = parameters.Text(name);
        if (region.Length > 0 && (!RegionName.IsMatch(region) || region.Contains("--", StringComparison.Ordinal)))
        {
            parameters.Fault(
                name,
                "It is not a valid region name. A name has up to 63 lower-case letters, digits and single hyphens, "
                + "for example cn-north-1.");
        }

        return region;
    }

    static Uri? ReadEndpoint(string name, ParameterReader parameters)
    {
        var text = parameters.Text(name);
        if (text.Length == 0)
            return null;
        if (!text.Contains("://", StringComparison.Ordinal))
            text = "https://" + text;
        if (Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https" && endpoint.Host.Length > 0
            && endpoint.UserInfo.Length == 0 && endpoint.Query.Length == 0 && endpoint.Fragment.Length == 0)
        {
            return endpoint;
        }

        // An address may contain a password, so it is not shown.
        parameters.FaultOfHidden(
            name,
            "Send an http or https URL, or a host name, for example https://s3.example.com:9000, without user, query or fragment.");
        return null;
    }

    static bool IsPathStyle(string name, Uri? endpoint, S3Service service, string bucket, ParameterReader parameters) =>
        parameters.Has(name) ? parameters.Flag(name, false)
        : endpoint is not null ? endpoint.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || endpoint.IsLoopback
            || !endpoint.Host.Contains('.')
        // A certificate for *.s3.region.amazonaws.com does not cover bucket names with dots.
        : service == S3Service.Amazon_S3 && bucket.Contains('.');

    static bool HasBadPair(string bucket) => BadPairs.Any(pair => bucket.Contains(pair, StringComparison.Ordinal));

    [GeneratedRegex(@"^[a-z0-9][a-z0-9.\-_A-Z]{1,253}[a-z0-9]\z", RegexOptions.CultureInvariant)]
    static partial Regex BucketName { get; }

    [GeneratedRegex(@"^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    static partial Regex RegionName { get; }
}
