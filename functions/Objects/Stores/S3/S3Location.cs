namespace DataTransferHub.Objects.Stores.S3;

/// <summary>A bucket and how it is accessed.</summary>
/// <param name="Side">Which end it is.</param>
/// <param name="Service">The service.</param>
/// <param name="OwnAddress">The configured endpoint, or null for the service's own.</param>
/// <param name="Bucket">The bucket.</param>
/// <param name="Region">The region, or empty if none was given.</param>
/// <param name="PathStyle">Whether the bucket is in the path, not in the host.</param>
/// <param name="RequesterPays">Whether the reader pays for requests.</param>
/// <param name="InCurrentAccount">Whether the hub's own account is used.</param>
/// <param name="SecretName">Name of the secret with the access keys; empty for anonymous requests.</param>
sealed record S3Location(
    StoreSide Side, S3Service Service, Uri? OwnAddress, string Bucket, string Region, bool PathStyle, bool RequesterPays,
    bool InCurrentAccount, string SecretName) : StoreLocation(Side, Service.ToString())
{
    const string DefaultAmazonRegion = "us-east-1";

    /// <summary>The region used for signing.</summary>
    public string SigningRegion => Region.Length > 0 ? Region : Service == S3Service.Google_GCS ? "auto" : DefaultAmazonRegion;

    /// <summary>The service's address.</summary>
    public Uri Address => OwnAddress ?? Service switch
    {
        S3Service.Amazon_S3 => AmazonAddress(SigningRegion),
        S3Service.Aliyun_OSS => new Uri($"https://oss-{Without(Region, "oss-")}.aliyuncs.com"),
        S3Service.Qiniu_Kodo => new Uri($"https://s3-{Region}.qiniucs.com"),
        S3Service.Tencent_COS => new Uri($"https://cos.{Region}.myqcloud.com"),
        S3Service.Google_GCS => new Uri("https://storage.googleapis.com"),
        _ => throw new InvalidOperationException($"Unknown service {Service}."),
    };

    public override string Endpoint => Address.GetLeftPart(UriPartial.Authority);

    public override string Name => $"{Address}{Bucket}";

    // Amazon's bucket names are unique across all regions of a partition, so the region in the host does not distinguish locations.
    string Namespace => this switch
    {
        { OwnAddress: { } address } => address.GetLeftPart(UriPartial.Authority),
        { Service: S3Service.Amazon_S3 } => Region.StartsWith("cn-", StringComparison.Ordinal) ? "aws-cn" : "aws",
        _ => $"{Service}/{Region}",
    };

    public override string? KeyOf(StoreLocation other) =>
        other is S3Location { Bucket.Length: > 0 } bucket && bucket.Bucket == Bucket && bucket.Namespace == Namespace ? "" : null;

    /// <summary>Amazon's address in a region.</summary>
    public static Uri AmazonAddress(string region) =>
        new($"https://s3.{region}.amazonaws.com{(region.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}");

    static string Without(string text, string start) => text.StartsWith(start, StringComparison.Ordinal) ? text[start.Length..] : text;
}
