using System.Globalization;
using System.Text;
using DataTransferHub.Servers.Faults;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DataTransferHub.Servers.S3.Memory;

/// <summary>A parsed request: what it asks for, with bucket and key. The bucket is in the path.</summary>
public sealed class S3Call
{
    /// <summary>The longest key, in bytes of UTF-8.</summary>
    const int MaximumKeyBytes = 1024;

    static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // Parts of the protocol that are not implemented; such a request must not be treated as a plain one.
    static readonly HashSet<string> Unknown =
    [
        "accelerate", "acl", "analytics", "attributes", "cors", "encryption", "intelligent-tiering", "inventory", "legal-hold", "lifecycle",
        "logging", "metrics", "notification", "object-lock", "ownershipControls", "policy", "policyStatus", "publicAccessBlock",
        "replication", "requestPayment", "restore", "retention", "select", "tagging", "torrent", "versionId", "versioning", "versions",
        "website",
    ];

    readonly List<KeyValuePair<string, string>> _query;

    S3Call(HttpContext http, string path, List<KeyValuePair<string, string>> query, string bucket, string key)
    {
        Http = http;
        Path = path;
        _query = query;
        Bucket = bucket;
        Key = key;
        Kind = Tell();
    }

    /// <summary>What it asks for.</summary>
    public RequestKind Kind { get; }

    /// <summary>The HTTP method.</summary>
    public string Method => Http.Request.Method;

    /// <summary>The bucket, or empty.</summary>
    public string Bucket { get; }

    /// <summary>The key, or empty.</summary>
    public string Key { get; }

    /// <summary>The part, or null.</summary>
    public int? PartNumber => Number("partNumber");

    /// <summary>The multipart upload, or null.</summary>
    public string? UploadId => Query("uploadId");

    internal HttpContext Http { get; }

    /// <summary>The path as it was sent, in the encoding in which it is signed.</summary>
    internal string Path { get; }

    /// <summary>The query in the form in which it is signed.</summary>
    internal string CanonicalQuery =>
        string.Join('&', _query.Select(pair => $"{UriText.Encode(pair.Key)}={UriText.Encode(pair.Value)}").Order(StringComparer.Ordinal));

    /// <summary>The requested part of the protocol that is not implemented, or null.</summary>
    internal string? UnknownPart => _query.Select(pair => pair.Key).FirstOrDefault(Unknown.Contains);

    /// <summary>The value of a header, or null.</summary>
    public string? Header(string name) => Http.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>The name of the first header that starts so, or null.</summary>
    internal string? FindHeader(string start) =>
        Http.Request.Headers.Keys.FirstOrDefault(name => name.StartsWith(start, StringComparison.OrdinalIgnoreCase));

    /// <summary>The decoded value of a query parameter, or null.</summary>
    public string? Query(string name)
    {
        foreach (var (key, value) in _query)
        {
            if (key == name)
                return value;
        }

        return null;
    }

    /// <summary>A number in the query, or null.</summary>
    /// <exception cref="S3Error">It is not a number.</exception>
    internal int? Number(string name) => Query(name) switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw S3Error.InvalidArgument($"Provided {name} not an integer or within integer range"),
    };

    /// <exception cref="S3Error">The address is not valid, or the key is too long.</exception>
    internal static S3Call Parse(HttpContext http)
    {
        var target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? target : target[..question];
        if (!path.StartsWith('/'))
            throw new S3Error(400, "InvalidURI", "Couldn't parse the specified URI.");

        var query = new List<KeyValuePair<string, string>>();
        if (question >= 0)
        {
            foreach (var pair in target[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                query.Add(new(Decode(equals < 0 ? pair : pair[..equals], true), equals < 0 ? "" : Decode(pair[(equals + 1)..], true)));
            }
        }

        var slash = path.IndexOf('/', 1);
        var key = slash < 0 ? "" : Decode(path[(slash + 1)..], false);
        if (key.Length > MaximumKeyBytes / 4 && Encoding.UTF8.GetByteCount(key) > MaximumKeyBytes)
            throw new S3Error(400, "KeyTooLongError", "Your key is too long");
        return new S3Call(http, UriText.EncodePath(Decode(path, false)), query, Decode(slash < 0 ? path[1..] : path[1..slash], false), key);
    }

    static string Decode(string text, bool isQuery)
    {
        try
        {
            return UriText.Decode(text, isQuery, StrictUtf8);
        }
        catch (Exception fault) when (fault is DecoderFallbackException or FormatException)
        {
            throw new S3Error(400, "InvalidURI", "Couldn't parse the specified URI.");
        }
    }

    RequestKind Tell() => (Method, Key.Length > 0) switch
    {
        ("GET", true) when UploadId is not null => RequestKind.ListParts,
        ("GET", true) => RequestKind.GetObject,
        ("HEAD", true) => RequestKind.HeadObject,
        ("PUT", true) when UploadId is not null || Query("partNumber") is not null => RequestKind.UploadPart,
        ("PUT", true) => RequestKind.PutObject,
        ("POST", true) when Query("uploads") is not null => RequestKind.CreateUpload,
        ("POST", true) when UploadId is not null => RequestKind.CompleteUpload,
        ("DELETE", true) when UploadId is not null => RequestKind.AbortUpload,
        ("DELETE", true) => RequestKind.DeleteObject,
        ("GET", false) when Query("uploads") is not null => RequestKind.ListUploads,
        ("GET", false) when Bucket.Length > 0 && Query("location") is null && UnknownPart is null => RequestKind.ListObjects,
        _ => RequestKind.Bucket,
    };
}
