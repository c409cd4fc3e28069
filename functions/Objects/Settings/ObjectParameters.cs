using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Objects.Settings;

/// <summary>The names of the parameters of an object transfer. All but the last four are those of the prior system's template.</summary>
static class ObjectParameters
{
    public const string SrcType = "srcType";
    public const string SrcBucket = "srcBucket";
    public const string SrcPrefix = "srcPrefix";
    public const string SrcPrefixsListFile = "srcPrefixsListFile";
    public const string SrcPrefixListBucket = "srcPrefixListBucket";
    public const string SrcEvent = "srcEvent";
    public const string SrcSkipCompare = "srcSkipCompare";
    public const string SrcRegion = "srcRegion";
    public const string SrcEndpoint = "srcEndpoint";
    public const string SrcInCurrentAccount = "srcInCurrentAccount";
    public const string SrcCredentials = "srcCredentials";
    public const string IsPayerRequest = "isPayerRequest";
    public const string DestBucket = "destBucket";
    public const string DestPrefix = "destPrefix";
    public const string DestRegion = "destRegion";
    public const string DestInCurrentAccount = "destInCurrentAccount";
    public const string DestCredentials = "destCredentials";
    public const string DestStorageClass = "destStorageClass";
    public const string DestAcl = "destAcl";
    public const string DestPutObjectSseType = "destPutObjectSSEType";
    public const string DestPutObjectSseKmsKeyId = "destPutObjectSSEKmsKeyId";
    public const string IncludeMetadata = "includeMetadata";
    public const string WorkerNumber = "workerNumber";
    public const string DestType = "destType";
    public const string DestEndpoint = "destEndpoint";
    public const string SrcPathStyle = "srcPathStyle";
    public const string DestPathStyle = "destPathStyle";

    /// <summary>Parameters for the prior system's machines, which have no effect because the hub itself copies.</summary>
    static readonly string[] WithoutEffect =
    [
        "ec2VpcId", "ec2Subnets", "finderEc2Memory", "alarmEmail", "finderDepth", "finderNumber", "maxCapacity", "minCapacity",
        "desiredCapacity",
    ];

    static readonly string[] Text =
    [
        SrcType, SrcBucket, SrcPrefixsListFile, SrcPrefixListBucket, SrcEvent, SrcSkipCompare, SrcRegion, SrcEndpoint,
        SrcInCurrentAccount, IsPayerRequest, DestBucket, DestRegion, DestInCurrentAccount, DestStorageClass, DestAcl,
        DestPutObjectSseType, DestPutObjectSseKmsKeyId, IncludeMetadata, WorkerNumber, DestType, DestEndpoint, SrcPathStyle, DestPathStyle,
    ];

    /// <summary>Every parameter that is accepted.</summary>
    public static readonly IReadOnlyList<ParameterDefinition> All =
    [
        .. Text.Select(name => new ParameterDefinition(name)),
        new(SrcPrefix, ParameterForm.UrlEncoded),
        new(DestPrefix, ParameterForm.UrlEncoded),
        new(SrcCredentials, ParameterForm.SecretName),
        new(DestCredentials, ParameterForm.SecretName),
        .. WithoutEffect.Select(name => new ParameterDefinition(name)),
    ];
}
