using System.Collections.Frozen;
using System.Globalization;
using System.Xml;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>A bucket of Amazon S3 or of a service that speaks its protocol.</summary>
/// <param name="client">Signs and sends.</param>
/// <param name="capabilities">What the service can do.</param>
sealed class S3ObjectStore(S3Client client, StoreCapabilities capabilities) : IObjectStore
{
    // Joining many parts takes S3 minutes, during which it sends blanks.
    static readonly TimeSpan CompletePatience = TimeSpan.FromMinutes(5);

    // MaxParts and MaxUploads of the protocol.
    const int PageSize = 1000;

    static readonly FrozenSet<string> ContentHeaders = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "Content-Type", "Content-Language", "Content-Encoding", "Content-Disposition", "Expires");

    public StoreCapabilities Capabilities => capabilities;

    public async Task<ObjectPage> ListAsync(string prefix, string? afterKey, string? token, int count, CancellationToken cancellationToken)
    {
        var request = new S3Request(HttpMethod.Get, null)
            .With("list-type", "2").With("encoding-type", "url").With("max-keys", Number(count));
        if (prefix.Length > 0)
            request.With("prefix", prefix);
        if (token is not null)
            request.With("continuation-token", token);
        else if (!string.IsNullOrEmpty(afterKey))
            request.With("start-after", afterKey);
        var page = await ReadXmlAsync(request, S3Xml.ReadObjects, cancellationToken);
        if (page is { IsLast: false, Objects.Count: 0, Next: null })
        {
            throw new StoreException(
                client.Side, StoreFault.ServerError, "it listed nothing and said that more follows, but not from where");
        }

        var last = afterKey;
        foreach (var entry in page.Objects)
        {
            if (last is not null && KeyOrder.Instance.Compare(entry.Key, last) <= 0)
                throw new StoreException(client.Side, StoreFault.Unordered, $"it listed '{entry.Key}' after '{last}'");
            last = entry.Key;
        }

        return page;
    }

    public async Task<ObjectHead> HeadAsync(string key, int? partNumber, CancellationToken cancellationToken)
    {
        var request = new S3Request(HttpMethod.Head, key);
        if (partNumber is { } number)
            request.With("partNumber", Number(number));
        using var response = await client.SendAsync(request, cancellationToken);
        return ReadHead(response);
    }

    public async Task<ObjectBody> GetAsync(string key, ByteRange? range, string? ifMatch, CancellationToken cancellationToken)
    {
        var request = new S3Request(HttpMethod.Get, key);
        if (range is { } part)
            request.UnsignedHeaders.Add(new("Range", $"bytes={Number(part.From)}-{Number(part.From + part.Length - 1)}"));
        if (!string.IsNullOrEmpty(ifMatch))
            request.UnsignedHeaders.Add(new("If-Match", $"\"{ifMatch}\""));
        var response = await client.SendAsync(request, cancellationToken);
        try
        {
            var head = ReadHead(response);
            if (range is { } asked && head.Size is { } length && length != asked.Length)
            {
                throw new StoreException(
                    client.Side, StoreFault.PreconditionFailed, $"it sent {length} bytes for a range of {asked.Length}");
            }

            if (!string.IsNullOrEmpty(ifMatch) && head.ETag.Length > 0 && !ETags.Same(head.ETag, ifMatch))
                throw new StoreException(client.Side, StoreFault.PreconditionFailed, "it sent another version than was asked for");
            return new ObjectBody(client.Side, head, await client.BodyOf(response, cancellationToken), response);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    public Task<WriteResult> PutAsync(
        string key, ObjectContent content, byte[]? md5, ObjectAttributes attributes, CancellationToken cancellationToken) =>
        WriteAsync(new S3Request(HttpMethod.Put, key) { Content = content }, md5, attributes, cancellationToken);

    public async Task<StartedUpload> CreateUploadAsync(string key, ObjectAttributes attributes, CancellationToken cancellationToken)
    {
        var request = new S3Request(HttpMethod.Post, key).With("uploads", null);
        request.Headers.AddRange(attributes.Headers);
        using var response = await client.SendAsync(request, cancellationToken);
        using var body = new MemoryStream();
        using var content = await client.BodyOf(response, cancellationToken);
        await content.CopyToAsync(body, cancellationToken);
        body.Position = 0;
        var id = Parse(() => S3Xml.ReadChild(body, "InitiateMultipartUpload", "UploadId"));
        return string.IsNullOrEmpty(id)
            ? throw new StoreException(client.Side, StoreFault.ServerError, "it gave no upload id")
            : new StartedUpload(id, EncryptionOf(response));
    }

    public Task<WriteResult> UploadPartAsync(
        string key, string uploadId, int partNumber, ObjectContent content, byte[]? md5, CancellationToken cancellationToken) =>
        WriteAsync(
            new S3Request(HttpMethod.Put, key) { Content = content }.With("partNumber", Number(partNumber)).With("uploadId", uploadId),
            md5, ObjectAttributes.None, cancellationToken);

    public async Task<IReadOnlyList<UploadedPart>> ListPartsAsync(
        string key, string uploadId, int first, int last, CancellationToken cancellationToken)
    {
        var parts = new List<UploadedPart>();
        for (int? marker = first - 1; marker is { } after && after < last;)
        {
            var request = new S3Request(HttpMethod.Get, key)
                .With("uploadId", uploadId).With(
                    "max-parts", Number(Math.Min(PageSize, last - after))).With("part-number-marker", Number(after));
            var (page, next) = await ReadXmlAsync(request, S3Xml.ReadParts, cancellationToken);
            parts.AddRange(page.Where(part => part.Number >= first && part.Number <= last));
            marker = next > after ? next : null;
        }

        return parts;
    }

    public async Task<IReadOnlyList<string>> ListUploadsAsync(string key, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        (string Key, string UploadId)? marker = null;
        do
        {
            var request = new S3Request(HttpMethod.Get, null)
                .With("uploads", "").With("encoding-type", "url").With("prefix", key).With("max-uploads", Number(PageSize));
            if (marker is { } from)
                request.With("key-marker", from.Key).With("upload-id-marker", from.UploadId);
            var (page, next) = await ReadXmlAsync(request, S3Xml.ReadUploads, cancellationToken);
            ids.AddRange(page.Where(upload => upload.Key == key).Select(upload => upload.UploadId));
            // The key itself is the first with this prefix; what follows it is of other keys.
            marker = next is { } to && to.Key == key && to != marker ? next : null;
        }
        while (marker is not null);
        return ids;
    }

    public async Task<WriteResult> CompleteUploadAsync(
        string key, string uploadId, IReadOnlyList<UploadedPart> parts, CancellationToken cancellationToken)
    {
        var request =
            new S3Request(HttpMethod.Post, key) { Content = new MemoryContent(S3Xml.WriteParts(parts)) }.With("uploadId", uploadId);
        request.Headers.Add(new("content-type", "application/xml"));
        using var body = await client.ReadAsync(request, cancellationToken, CompletePatience);
        using var text = new StreamReader(body, leaveOpen: true);
        if (S3Faults.FromErrorDocument(client.Side, await text.ReadToEndAsync(cancellationToken)) is { } fault)
            throw fault;
        body.Position = 0;
        var etag = Parse(() => S3Xml.ReadChild(body, "CompleteMultipartUpload", "ETag"));
        return new WriteResult(ETags.Unquote(etag), null);
    }

    public Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken) =>
        client.SendOnlyAsync(new S3Request(HttpMethod.Delete, key).With("uploadId", uploadId), cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        client.SendOnlyAsync(new S3Request(HttpMethod.Delete, key), cancellationToken);

    async Task<WriteResult> WriteAsync(S3Request request, byte[]? md5, ObjectAttributes attributes, CancellationToken cancellationToken)
    {
        request.Headers.AddRange(attributes.Headers);
        if (md5 is not null)
            request.Headers.Add(new("content-md5", Convert.ToBase64String(md5)));
        using var response = await client.SendAsync(request, cancellationToken);
        return new WriteResult(ETagOf(response), EncryptionOf(response));
    }

    async Task<T> ReadXmlAsync<T>(S3Request request, Func<Stream, T> read, CancellationToken cancellationToken)
    {
        using var body = await client.ReadAsync(request, cancellationToken);
        return Parse(() => read(body));
    }

    T Parse<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is XmlException or FormatException or OverflowException)
        {
            throw new StoreException(
                client.Side, StoreFault.ServerError, $"its answer is not what S3 answers, {fault.Message}", inner: fault);
        }
    }

    static ObjectHead ReadHead(HttpResponseMessage response)
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var (name, values) in response.Headers.NonValidated)
        {
            if (name.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase)
                || name.Equals("Cache-Control", StringComparison.OrdinalIgnoreCase))
                headers.Add(new(name.ToLowerInvariant(), values.ToString()));
        }

        foreach (var (name, values) in response.Content.Headers.NonValidated)
            if (ContentHeaders.Contains(name))
                headers.Add(new(name.ToLowerInvariant(), values.ToString()));

        return new ObjectHead(
            response.Content.Headers.ContentLength, ETagOf(response), response.Content.Headers.LastModified ?? DateTimeOffset.UnixEpoch,
            EncryptionOf(response), headers);
    }

    static string ETagOf(HttpResponseMessage response) => ETags.Unquote(S3Faults.Header(response.Headers, "ETag"));

    static string? EncryptionOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.Contains("x-amz-server-side-encryption-customer-algorithm")
            ? "customer"
            : S3Faults.Header(response.Headers, "x-amz-server-side-encryption");

    static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
