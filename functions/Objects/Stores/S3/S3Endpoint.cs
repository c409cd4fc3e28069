namespace DataTransferHub.Objects.Stores.S3;

/// <summary>Where a bucket is and how it is addressed.</summary>
/// <param name="Side">Which end of the transfer it is.</param>
/// <param name="Service">The service's address, without the bucket.</param>
/// <param name="Bucket">The bucket.</param>
/// <param name="Region">The region used for signing.</param>
/// <param name="PathStyle">Whether the bucket is in the path, not in the host.</param>
/// <param name="RequesterPays">Whether the reader pays for requests.</param>
/// <param name="RegionalHost">Derives the service's address from a region, for Amazon; otherwise null.</param>
sealed record S3Endpoint(
    StoreSide Side, Uri Service, string Bucket, string Region, bool PathStyle, bool RequesterPays, Func<string, Uri>? RegionalHost = null)
{
    /// <summary>The same bucket with the address of its actual region.</summary>
    public S3Endpoint InRegion(string region) => this with { Region = region, Service = RegionalHost?.Invoke(region) ?? Service };
}
