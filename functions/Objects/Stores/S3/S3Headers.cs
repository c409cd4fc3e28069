using System.Collections.Frozen;
using System.Net.Http.Headers;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>The headers of the S3 protocol for an object's attributes.</summary>
static class S3Headers
{
    const string UserPrefix = "x-amz-meta-";

    static readonly FrozenDictionary<EncryptionKind, string> Encryptions = new Dictionary<EncryptionKind, string>
    {
        [EncryptionKind.StoreKey] = "AES256",
        [EncryptionKind.ManagedKey] = "aws:kms",
    }.ToFrozenDictionary();

    /// <summary>Adds the headers of attributes to a request.</summary>
    public static void Add(S3Request request, ObjectAttributes attributes)
    {
        var metadata = attributes.Metadata;
        Add("content-type", metadata.ContentType);
        Add("content-language", metadata.ContentLanguage);
        Add("content-encoding", metadata.ContentEncoding);
        Add("content-disposition", metadata.ContentDisposition);
        Add("cache-control", metadata.CacheControl);
        Add("expires", metadata.Expires);
        foreach (var (name, value) in metadata.User)
            Add(UserPrefix + name, value);
        Add("x-amz-storage-class", attributes.StorageClass);
        Add("x-amz-acl", attributes.Acl);
        Add("x-amz-server-side-encryption", Encryptions.GetValueOrDefault(attributes.Encryption.Kind));
        Add("x-amz-server-side-encryption-aws-kms-key-id", attributes.Encryption.KeyId);

        void Add(string name, string? value)
        {
            if (value is not null)
                request.Headers.Add(new(name, value));
        }
    }

    /// <summary>Reads an object's head from a response.</summary>
    public static ObjectHead ReadHead(HttpResponseMessage response)
    {
        var content = response.Content.Headers;
        var etag = ETagOf(response);
        return new ObjectHead(
            content.ContentLength, new ObjectVersion(etag), content.LastModified ?? DateTimeOffset.UnixEpoch,
            S3ETags.ChecksumOf(etag, EncryptionOf(response)),
            new ObjectMetadata
            {
                ContentType = Value(content, "Content-Type"),
                ContentLanguage = Value(content, "Content-Language"),
                ContentEncoding = Value(content, "Content-Encoding"),
                ContentDisposition = Value(content, "Content-Disposition"),
                CacheControl = Value(response.Headers, "Cache-Control"),
                Expires = Value(content, "Expires"),
                User = UserEntries(response.Headers),
            },
            S3Checksums.Read(response));
    }

    /// <summary>The ETag of a response without its quotes; empty if it has none.</summary>
    public static string ETagOf(HttpResponseMessage response) => S3ETags.Unquote(S3Faults.Header(response.Headers, "ETag"));

    /// <summary>Whether the service has decompressed the object's stored bytes for this response.</summary>
    /// <remarks>https://cloud.google.com/storage/docs/transcoding</remarks>
    public static bool IsTranscoded(HttpResponseMessage response) =>
        S3Faults.Header(response.Headers, "x-goog-stored-content-encoding") is "gzip"
        && !response.Content.Headers.NonValidated.Contains("Content-Encoding");

    /// <summary>The encryption of a response's object, see <see cref="S3ETags.ChecksumOf(string, string)"/>.</summary>
    public static string? EncryptionOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.Contains("x-amz-server-side-encryption-customer-algorithm")
            ? "customer"
            : S3Faults.Header(response.Headers, "x-amz-server-side-encryption");

    static string? Value(HttpHeaders headers, string name) => S3Faults.Header(headers, name);

    static List<KeyValuePair<string, string>> UserEntries(HttpResponseHeaders headers)
    {
        var entries = new List<KeyValuePair<string, string>>();
        foreach (var (name, values) in headers.NonValidated)
            if (name.StartsWith(UserPrefix, StringComparison.OrdinalIgnoreCase))
                entries.Add(new(name[UserPrefix.Length..].ToLowerInvariant(), values.ToString()));
        return entries;
    }
}
