using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Plugins;
using static DataTransferHub.Objects.Settings.ObjectParameters;

namespace DataTransferHub.Objects.Settings;

/// <summary>Reads the parameters of an object transfer and notes every fault that can be seen without asking anybody.</summary>
static partial class SettingsReader
{
    const int MaximumPrefixBytes = 1024;

    static readonly string[] StorageClasses = ["STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING"];

    static readonly string[] BadPairs = ["..", ".-", "-.", "._", "_."];

    static readonly string[] Acls =
    [
        "private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read", "bucket-owner-read",
        "bucket-owner-full-control", "none",
    ];

    /// <summary>Reads all parameters. The result is of use only when nothing was added to <paramref name="errors"/>.</summary>
    public static ObjectTransferSettings Read(TaskParameters parameters, List<InputError> errors)
    {
        var reader = new Reader(parameters, errors);
        reader.Refuse(SrcPrefixsListFile, "", "Lists of prefixes are not supported yet; create one task for each prefix with srcPrefix.");
        reader.Refuse(SrcEvent, "No", "Transfers on events are not supported yet; send No and give the task a schedule.");

        var source = ReadSource(reader);
        var destination = ReadDestination(reader);
        var sourcePrefix = reader.Prefix(SrcPrefix);
        var destinationPrefix = reader.Prefix(DestPrefix).TrimStart('/').TrimEnd('/');
        if (destinationPrefix.Length > 0)
            destinationPrefix += "/";

        // The prior system's default is a class of Amazon's; other services have classes of their own, and refuse it.
        var storageClass = reader.OneOf(
            DestStorageClass, destination.Endpoint is null ? "INTELLIGENT_TIERING" : "STANDARD", StorageClasses);
        var acl = reader.OneOf(DestAcl, "bucket-owner-full-control", Acls);
        var encryption = Enum.Parse<ServerSideEncryption>(reader.OneOf(DestPutObjectSseType, nameof(ServerSideEncryption.None),
            Enum.GetNames<ServerSideEncryption>()));
        var kmsKeyId = parameters.Get(DestPutObjectSseKmsKeyId).Trim();
        if (encryption == ServerSideEncryption.AWS_KMS && kmsKeyId.Length == 0)
            errors.Add(new InputError(DestPutObjectSseKmsKeyId, null, "A key is needed for AWS_KMS; send the id or ARN of a KMS key."));

        if (IsSameBucket(source, destination)
            && (destinationPrefix.Length == 0 || destinationPrefix.StartsWith(sourcePrefix, StringComparison.Ordinal)))
        {
            errors.Add(new InputError(
                DestPrefix, parameters.Get(DestPrefix), "Source and destination are the same place, so copies would be copied again; "
                    + "choose a prefix outside srcPrefix."));
        }

        return new ObjectTransferSettings(
            source,
            destination,
            sourcePrefix,
            destinationPrefix,
            reader.Flag(SrcSkipCompare, false),
            reader.Flag(IncludeMetadata, true),
            storageClass == "STANDARD" ? null : storageClass,
            acl == "none" ? null : acl,
            encryption,
            kmsKeyId,
            reader.Number(WorkerNumber, 4, 1, 100));
    }

    static StoreLocation ReadSource(Reader reader)
    {
        var type = Enum.Parse<StoreType>(reader.OneOf(SrcType, nameof(StoreType.Amazon_S3), Enum.GetNames<StoreType>()));
        var endpoint = reader.Endpoint(SrcEndpoint);
        var region = reader.Region(SrcRegion);
        if (endpoint is null && region.Length == 0 && type is StoreType.Aliyun_OSS or StoreType.Qiniu_Kodo or StoreType.Tencent_COS)
            reader.Fault(SrcRegion, $"A region or an endpoint is needed for {type}; send srcRegion or srcEndpoint.");
        // Keys that are named are meant, whatever is said of the hub's own account.
        var secret = reader.Text(SrcCredentials);
        var inCurrentAccount = reader.Flag(SrcInCurrentAccount, false) && secret.Length == 0;
        var requesterPays = reader.Flag(IsPayerRequest, false);
        if (requesterPays && !inCurrentAccount && secret.Length == 0)
            reader.Fault(IsPayerRequest, "A requester who pays cannot be anonymous; send srcCredentials or srcInCurrentAccount.");
        var bucket = reader.Bucket(SrcBucket);
        return new StoreLocation(
            StoreSide.Source,
            type,
            endpoint,
            bucket,
            region,
            reader.PathStyle(SrcPathStyle, endpoint, type, bucket),
            requesterPays,
            inCurrentAccount,
            secret);
    }

    static StoreLocation ReadDestination(Reader reader)
    {
        var endpoint = reader.Endpoint(DestEndpoint);
        // The prior system's default, true, is for a hub inside AWS; where keys are named, they are meant, as in the source.
        var secret = reader.Text(DestCredentials);
        var inCurrentAccount = reader.Flag(DestInCurrentAccount, secret.Length == 0 && endpoint is null) && secret.Length == 0;
        var bucket = reader.Bucket(DestBucket);
        return new StoreLocation(
            StoreSide.Destination, StoreType.Amazon_S3, endpoint, bucket, reader.Region(DestRegion),
            reader.PathStyle(DestPathStyle, endpoint, StoreType.Amazon_S3, bucket), false, inCurrentAccount, secret);
    }

    static bool IsSameBucket(StoreLocation one, StoreLocation other) =>
        one.Bucket.Length > 0 && one.Bucket == other.Bucket && SafeService(one) is { } service && service == SafeService(other);

    // Amazon's bucket names are unique over all regions of a partition, so the region in the host does not tell places apart.
    static string? SafeService(StoreLocation location) => location switch
    {
        { Endpoint: { } endpoint } => endpoint.GetLeftPart(UriPartial.Authority),
        { Type: StoreType.Amazon_S3, Region: var region } => region.StartsWith("cn-", StringComparison.Ordinal) ? "aws-cn" : "aws",
        _ => $"{location.Type}/{location.Region}",
    };

    [GeneratedRegex(@"^[a-z0-9][a-z0-9.\-_A-Z]{1,253}[a-z0-9]$", RegexOptions.CultureInvariant)]
    static partial Regex BucketName { get; }

    [GeneratedRegex(@"^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$", RegexOptions.CultureInvariant)]
    static partial Regex RegionName { get; }

    /// <summary>Reads single parameters by their kind.</summary>
    sealed class Reader(TaskParameters parameters, List<InputError> errors)
    {
        public void Fault(string name, string remedy) =>
            errors.Add(new InputError(name, parameters.Has(name) ? parameters.Get(name) : null, remedy));

        public void Refuse(string name, string accepted, string remedy)
        {
            if (parameters.Get(name, accepted).Trim() != accepted)
                Fault(name, remedy);
        }

        public string Text(string name) => parameters.Get(name).Trim();

        public bool Flag(string name, bool otherwise)
        {
            var text = parameters.Get(name, otherwise ? "true" : "false").Trim();
            if (bool.TryParse(text, out var flag))
                return flag;
            Fault(name, "Send true or false.");
            return otherwise;
        }

        public int Number(string name, int otherwise, int least, int most)
        {
            if (!parameters.Has(name))
                return otherwise;
            if (int.TryParse(parameters.Get(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= least
                && number <= most)
                return number;
            Fault(name, $"Send a whole number from {least} to {most}.");
            return otherwise;
        }

        public string OneOf(string name, string otherwise, string[] allowed)
        {
            var text = parameters.Get(name, otherwise).Trim();
            if (allowed.Contains(text))
                return text;
            Fault(name, $"Send one of {string.Join(", ", allowed)}.");
            return otherwise;
        }

        public string Prefix(string name)
        {
            var text = parameters.Get(name);
            var bytes = Encoding.UTF8.GetByteCount(text);
            if (bytes > MaximumPrefixBytes)
                errors.Add(new InputError(name, text[..40] + "…", $"It is {bytes} bytes long; a prefix may have {MaximumPrefixBytes}."));
            else if (text.Any(char.IsControl))
                errors.Add(new InputError(name, null, "It holds a control character (a line break, for example). Remove it."));
            return text;
        }

        public string Bucket(string name)
        {
            var bucket = Text(name);
            if (bucket.Length == 0)
                Fault(name, "It is missing; send the name of a bucket.");
            else if (!BucketName.IsMatch(bucket) || IPAddress.TryParse(bucket, out _) && bucket.Contains('.') || HasBadPair(bucket))
            {
                Fault(name, "It is no bucket name: 3 to 255 letters, digits, dots, hyphens and underscores, a lower-case letter or digit "
                    + "at both ends, "
                    + "no dot beside another dot, a hyphen or an underscore, and no IP address.");
            }

            return bucket;
        }

        public string Region(string name)
        {
            var region = Text(name);
            if (region.Length > 0 && (!RegionName.IsMatch(region) || region.Contains("--", StringComparison.Ordinal)))
                Fault(name, "It is no region name: up to 63 lower-case letters, digits and single hyphens, for example cn-north-1.");
            return region;
        }

        public Uri? Endpoint(string name)
        {
            var text = Text(name);
            if (text.Length == 0)
                return null;
            if (!text.Contains("://", StringComparison.Ordinal))
                text = "https://" + text;
            if (Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https" && endpoint.Host.Length > 0
                && endpoint.UserInfo.Length == 0 && endpoint.Query.Length == 0 && endpoint.Fragment.Length == 0)
            {
                return endpoint;
            }

            // An address may hold a password, so it is not repeated.
            errors.Add(new InputError(name, null, "Send an http or https address, or a host name, for example "
                + "https://s3.example.com:9000, without user, query or fragment."));
            return null;
        }

        public bool PathStyle(string name, Uri? endpoint, StoreType type, string bucket) =>
            parameters.Has(name) ? Flag(name, false)
            : endpoint is not null ? endpoint.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || endpoint.IsLoopback
                || !endpoint.Host.Contains('.')
            // A certificate for *.s3.region.amazonaws.com does not cover a name with dots before it.
            : type == StoreType.Amazon_S3 && bucket.Contains('.');

        static bool HasBadPair(string bucket) => BadPairs.Any(pair => bucket.Contains(pair, StringComparison.Ordinal));
    }
}
