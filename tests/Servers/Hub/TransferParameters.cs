using DataTransferHub.Cli.S3;

namespace DataTransferHub.Servers.Hub;

/// <summary>The parameters of a task that moves objects between two S3 servers.</summary>
public static class TransferParameters
{
    /// <summary>From one bucket to another, with the keys kept in two secrets.</summary>
    /// <param name="source">Where to read.</param>
    /// <param name="destination">Where to write.</param>
    public static Dictionary<string, string> Between(TransferSide source, TransferSide destination) => new()
    {
        ["srcType"] = "Amazon_S3",
        ["srcBucket"] = source.Bucket,
        ["srcEndpoint"] = source.Url.GetLeftPart(UriPartial.Authority),
        ["srcRegion"] = source.Server.Region,
        ["srcCredentials"] = source.Secret,
        ["destBucket"] = destination.Bucket,
        ["destEndpoint"] = destination.Url.GetLeftPart(UriPartial.Authority),
        ["destRegion"] = destination.Server.Region,
        ["destInCurrentAccount"] = "false",
        ["destCredentials"] = destination.Secret,
    };
}

/// <summary>One side of a transfer.</summary>
/// <param name="Server">The server.</param>
/// <param name="Bucket">The bucket on it.</param>
/// <param name="Secret">Name of the secret that holds its keys.</param>
/// <param name="Via">A proxy before the server, or null.</param>
public sealed record TransferSide(S3Server Server, string Bucket, string Secret, Uri? Via = null)
{
    /// <summary>Where the hub is to connect.</summary>
    public Uri Url => Via ?? Server.Url;
}
