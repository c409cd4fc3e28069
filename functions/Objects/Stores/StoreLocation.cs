
namespace DataTransferHub.Objects.Stores;

/// <summary>The services whose endpoints are known; the names are those of <c>srcType</c>.</summary>
enum StoreType
{
    Amazon_S3,
    Aliyun_OSS,
    Qiniu_Kodo,
    Tencent_COS,
    Google_GCS,
}

/// <summary>A bucket and the way to it. Holds the name of a secret, never its value.</summary>
/// <param name="Side">Which end it is.</param>
/// <param name="Type">The service.</param>
/// <param name="Endpoint">An endpoint that was given, or null for the service's own.</param>
/// <param name="Bucket">The bucket.</param>
/// <param name="Region">The region, or empty where it was not given.</param>
/// <param name="PathStyle">Whether the bucket is in the path, not in the host.</param>
/// <param name="RequesterPays">Whether the reader bears the cost.</param>
/// <param name="InCurrentAccount">Whether the hub's own account is used.</param>
/// <param name="SecretName">Name of the secret with the keys; empty for anonymous requests.</param>
sealed record StoreLocation(
    StoreSide Side, StoreType Type, Uri? Endpoint, string Bucket, string Region, bool PathStyle, bool RequesterPays, bool InCurrentAccount,
    string SecretName)
{
    const string DefaultAmazonRegion = "us-east-1";

    /// <summary>The region that is signed for.</summary>
    public string SigningRegion => Region.Length > 0 ? Region : Type == StoreType.Google_GCS ? "auto" : DefaultAmazonRegion;

    /// <summary>The service's address.</summary>
    public Uri Service => Endpoint ?? Type switch
    {
        StoreType.Amazon_S3 => Amazon(SigningRegion),
        StoreType.Aliyun_OSS => new Uri($"https://oss-{Without(Region, "oss-")}.aliyuncs.com"),
        StoreType.Qiniu_Kodo => new Uri($"https://s3-{Region}.qiniucs.com"),
        StoreType.Tencent_COS => new Uri($"https://cos.{Region}.myqcloud.com"),
        StoreType.Google_GCS => new Uri("https://storage.googleapis.com"),
        _ => throw new InvalidOperationException($"Unknown store type {Type}."),
    };

    /// <summary>Amazon's address in a region.</summary>
    public static Uri Amazon(string region) =>
        new($"https://s3.{region}.amazonaws.com{(region.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}");

    static string Without(string text, string start) => text.StartsWith(start, StringComparison.Ordinal) ? text[start.Length..] : text;
}
