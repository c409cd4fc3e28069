namespace DataTransferHub.Servers.Faults;

/// <summary>A recorded request and its outcome.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Target">The request target, byte for byte as it was sent.</param>
/// <param name="Kind">What it asks for.</param>
/// <param name="Bucket">The bucket, or empty.</param>
/// <param name="Key">The key, decoded, or empty.</param>
/// <param name="UploadId">The multipart upload, or null.</param>
/// <param name="PartNumber">The part, or null.</param>
/// <param name="Begun">When its head had arrived, on the proxy's count of events: smaller is earlier.</param>
/// <param name="Answered">When the server's answer had arrived, on the same count, or null.</param>
/// <param name="Status">The server's status, or null when none arrived.</param>
/// <param name="IsRelayed">Whether the answer was passed on whole.</param>
/// <param name="Fault">The injected fault.</param>
public sealed record ProxiedRequest(
    string Method,
    string Target,
    RequestKind Kind,
    string Bucket,
    string Key,
    string? UploadId,
    int? PartNumber,
    long Begun,
    long? Answered = null,
    int? Status = null,
    bool IsRelayed = false,
    FaultKind? Fault = null)
{
    /// <summary>Reads a path-style request line.</summary>
    internal static ProxiedRequest Parse(string method, string target, long begun)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var path = (question < 0 ? target : target[..question]).TrimStart('/');
        var query = question < 0 ? [] : target[(question + 1)..].Split('&').Select(pair => pair.Split('=', 2))
            .GroupBy(pair => pair[0]).ToDictionary(
                pair => pair.Key, pair => Uri.UnescapeDataString(pair.First().ElementAtOrDefault(1) ?? ""));
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var bucket = slash < 0 ? path : path[..slash];
        var key = slash < 0 ? "" : Uri.UnescapeDataString(path[(slash + 1)..]);
        var part = query.TryGetValue("partNumber", out var text) && int.TryParse(text, out var number) ? number : (int?)null;
        return new ProxiedRequest(method, target, Tell(method, key, query), bucket, key, query.GetValueOrDefault("uploadId"), part, begun);
    }

    static RequestKind Tell(string method, string key, Dictionary<string, string> query) => (method, key.Length > 0) switch
    {
        ("GET", true) when query.ContainsKey("uploadId") => RequestKind.ListParts,
        ("GET", true) => RequestKind.GetObject,
        ("HEAD", true) => RequestKind.HeadObject,
        ("PUT", true) when query.ContainsKey("partNumber") => RequestKind.UploadPart,
        ("PUT", true) => RequestKind.PutObject,
        ("POST", true) when query.ContainsKey("uploads") => RequestKind.CreateUpload,
        ("POST", true) when query.ContainsKey("uploadId") => RequestKind.CompleteUpload,
        ("DELETE", true) when query.ContainsKey("uploadId") => RequestKind.AbortUpload,
        ("DELETE", true) => RequestKind.DeleteObject,
        ("GET", false) when query.ContainsKey("uploads") => RequestKind.ListUploads,
        ("GET", false) when query.ContainsKey("list-type") || query.ContainsKey("prefix") => RequestKind.ListObjects,
        _ => RequestKind.Bucket,
    };
}
