using System.Globalization;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>A bucket of Amazon S3 or of a service with the same protocol.</summary>
/// <param name="client">Signs and sends.</param>
/// <param name="capabilities">What the service can do.</param>
/// <param name="facts">What is known about the bucket.</param>
sealed class S3ObjectStore(S3Client client, StoreCapabilities capabilities, S3BucketFacts facts) : IObjectStore
{
    // Joining many parts can take minutes, during which S3 sends whitespace.
    static readonly TimeSpan CompletePatience = TimeSpan.FromMinutes(5);

    // MaxParts and MaxUploads of the protocol.
    const int PageSize = 1000;

    // So many unfinished uploads of one key are a fault.
    const int MostUploads = 10_000;
    const int MostUploadPages = 100;

    readonly S3Listing _listing = new(client, facts);

    public StoreSide Side => client.Side;

    public StoreCapabilities Capabilities => capabilities;

    public Task<ObjectPage> ListAsync(string prefix, string? afterKey, string? token, int count, CancellationToken cancellationToken) =>
        _listing.ReadAsync(prefix, afterKey, token, count, cancellationToken);

    public async Task<ObjectHead> HeadAsync(string key, CancellationToken cancellationToken)
    {
        using var response = await ReadStoredAsync(
            () => new S3Request(HttpMethod.Head, key), isWhole: true, cancellationToken);
        return S3Headers.ReadHead(response);
    }

    public async Task<long?> FindPartSizeAsync(string key, ObjectVersion version, int part, CancellationToken cancellationToken)
    {
        try
        {
            var request = new S3Request(HttpMethod.Head, key).With("partNumber", Number(part));
            using var response = await client.SendAsync(request, cancellationToken);
            var head = S3Headers.ReadHead(response);

            // Amazon returns the object's ETag, others the part's.
            return head.Version == version || S3ETags.ChecksumOf(head.Version.Value) is { Kind: ChecksumKind.Md5 } ? head.Size : null;
        }
        catch (StoreException fault) when (fault.Fault is StoreFault.Invalid or StoreFault.NotSupported)
        {
            return null;
        }
    }

    public async Task<ObjectBody> GetAsync(string key, ByteRange? range, ObjectVersion version, CancellationToken cancellationToken)
    {
        var response = await ReadStoredAsync(Request, isWhole: range is null, cancellationToken);
        try
        {
            var head = S3Headers.ReadHead(response);
            if (range is { } asked && head.Size is { } length && length != asked.Length)
            {
                throw new StoreException(
                    client.Side, StoreFault.PreconditionFailed, $"it sent {length} bytes for a range of {asked.Length} bytes");
            }

            if (version.IsKnown && head.Version.IsKnown && head.Version != version)
                throw new StoreException(client.Side, StoreFault.PreconditionFailed, "it sent another version than requested");
            return new ObjectBody(client.Side, head, await client.BodyOf(response, cancellationToken), response);
        }
        catch
        {
            response.Dispose();
            throw;
        }

        S3Request Request()
        {
            var request = new S3Request(HttpMethod.Get, key);
            if (range is { } part)
                request.UnsignedHeaders.Add(new("Range", $"bytes={Number(part.From)}-{Number(part.From + part.Length - 1)}"));
            if (version.IsKnown)
                request.UnsignedHeaders.Add(new("If-Match", $"\"{version.Value}\""));
            return request;
        }
    }

    public Task<WriteResult> PutAsync(
        string key, ObjectContent content, Checksum? md5, ObjectAttributes attributes, CancellationToken cancellationToken)
    {
        var request = new S3Request(HttpMethod.Put, key) { Content = content };
        S3Headers.Add(request, attributes);
        return WriteAsync(request, md5, cancellationToken);
    }

    public async Task<StartedUpload> CreateUploadAsync(string key, ObjectAttributes attributes, CancellationToken cancellationToken)
    {
        var request = new S3Request(HttpMethod.Post, key).With("uploads", null);
        S3Headers.Add(request, attributes);
        using var response = await client.SendAsync(request, cancellationToken);
        using var content = await client.BodyOf(response, cancellationToken);
        using var body = await client.ReadSmallAsync(content, cancellationToken);
        var id = client.Parse(() => S3Xml.ReadChild(body, "InitiateMultipartUpload", "UploadId"));
        return string.IsNullOrEmpty(id)
            ? throw new StoreException(client.Side, StoreFault.ServerError, "it returned no upload id")
            : new StartedUpload(new UploadSession(id), S3Headers.EncryptionOf(response) is null or "AES256");
    }

    public async Task<UploadedPart> UploadPartAsync(
        string key, UploadSession session, PartRange part, ObjectContent content, Checksum? md5, CancellationToken cancellationToken)
    {
        var request = new S3Request(HttpMethod.Put, key) { Content = content }
            .With("partNumber", Number(part.Number)).With("uploadId", session.Value);
        var written = await WriteAsync(request, md5, cancellationToken);
        return new UploadedPart(part.Number, written.Version.Value, part.Length, written.Checksum);
    }

    public async Task<IReadOnlyList<UploadedPart>> ListPartsAsync(
        string key, UploadSession session, int first, int last, CancellationToken cancellationToken)
    {
        var parts = new List<UploadedPart>();
        for (int? marker = first - 1; marker is { } after && after < last;)
        {
            var request = new S3Request(HttpMethod.Get, key)
                .With("uploadId", session.Value)
                .With("max-parts", Number(Math.Min(PageSize, last - after)))
                .With("part-number-marker", Number(after));
            var (page, next) = await client.ReadXmlAsync(request, S3Xml.ReadParts, cancellationToken);
            parts.AddRange(page.Where(part => part.Number >= first && part.Number <= last));
            marker = next > after ? next : null;
        }

        return parts;
    }

    public async Task<IReadOnlyList<UploadSession>> ListUploadsAsync(string key, CancellationToken cancellationToken)
    {
        var sessions = new List<UploadSession>();
        (string Key, string UploadId)? marker = null;
        var pages = 0;
        do
        {
            if (++pages > MostUploadPages || sessions.Count > MostUploads)
            {
                throw new StoreException(
                    client.Side, StoreFault.ServerError, $"its list of the unfinished uploads of '{key}' does not end: it has "
                    + $"{sessions.Count} in {pages - 1} pages");
            }

            var request = new S3Request(HttpMethod.Get, null)
                .With("uploads", "").With("encoding-type", "url").With("prefix", key).With("max-uploads", Number(PageSize));
            if (marker is { } from)
                request.With("key-marker", from.Key).With("upload-id-marker", from.UploadId);
            var (page, next) = await client.ReadXmlAsync(request, S3Xml.ReadUploads, cancellationToken);
            sessions.AddRange(page.Where(upload => upload.Key == key).Select(upload => new UploadSession(upload.UploadId)));
            // The key itself is the first with this prefix; all others follow it.
            marker = next is { } to && to.Key == key && to != marker ? next : null;
        }
        while (marker is not null);
        return sessions;
    }

    public async Task<WriteResult> CompleteUploadAsync(
        string key, UploadSession session, IReadOnlyList<UploadedPart> parts, CancellationToken cancellationToken)
    {
        var request = new S3Request(HttpMethod.Post, key) { Content = new MemoryContent(S3Xml.WriteParts(parts)) }
            .With("uploadId", session.Value);
        request.Headers.Add(new("content-type", "application/xml"));
        using var body = await client.ReadAsync(request, cancellationToken, CompletePatience);
        using var text = new StreamReader(body, leaveOpen: true);
        if (S3Faults.FromErrorDocument(client.Side, await text.ReadToEndAsync(cancellationToken)) is { } fault)
            throw fault;
        body.Position = 0;
        var (etag, additional) = client.Parse(() => S3Xml.ReadCompletion(body));
        return new WriteResult(new ObjectVersion(etag), S3ETags.ChecksumOf(etag), additional);
    }

    public Task AbortUploadAsync(string key, UploadSession session, CancellationToken cancellationToken) =>
        client.SendOnlyAsync(new S3Request(HttpMethod.Delete, key).With("uploadId", session.Value), cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        client.SendOnlyAsync(new S3Request(HttpMethod.Delete, key), cancellationToken);

    // Sends a request for an object or its head so that the response is about the stored bytes, with the checksums of the whole object.
    // Google Cloud Storage decompresses objects for clients that do not accept gzip, also at addresses that do not show that they belong to
    // it. Of a destination, no checksums are requested: that may need permission to decrypt.
    async Task<HttpResponseMessage> ReadStoredAsync(Func<S3Request> create, bool isWhole, CancellationToken cancellationToken)
    {
        var asksForChecksums = isWhole && client.Side is StoreSide.Source && capabilities.HasAdditionalChecksums
            && !facts.RefusesChecksumMode;
        var isRefused = false;
        for (; ; )
        {
            var request = create();
            var acceptsGzip = facts.AcceptsGzip;
            if (acceptsGzip)
                request.UnsignedHeaders.Add(new("Accept-Encoding", "gzip"));
            if (asksForChecksums)
                request.Headers.Add(S3Checksums.Request);
            HttpResponseMessage response;
            try
            {
                response = await client.SendAsync(request, cancellationToken);
            }
            catch (StoreException fault) when (asksForChecksums && IsRefusal(fault))
            {
                (asksForChecksums, isRefused) = (false, true);
                continue;
            }

            if (isRefused)
                facts.RefusesChecksumMode = true;
            if (acceptsGzip || !S3Headers.IsTranscoded(response))
                return response;
            response.Dispose();
            facts.AcceptsGzip = true;
        }
    }

    async Task<WriteResult> WriteAsync(S3Request request, Checksum? md5, CancellationToken cancellationToken)
    {
        if (md5 is not null)
            request.Headers.Add(new("content-md5", Convert.ToBase64String(md5.ToBytes())));
        using var response = await SendCheckedAsync(request, cancellationToken);
        var etag = S3Headers.ETagOf(response);
        return new WriteResult(
            new ObjectVersion(etag), S3ETags.ChecksumOf(etag, S3Headers.EncryptionOf(response)), S3Checksums.Read(response));
    }

    // Sends content with its additional checksum, unless the bucket is known to refuse that.
    async Task<HttpResponseMessage> SendCheckedAsync(S3Request request, CancellationToken cancellationToken)
    {
        if (request.Content?.Additional is not { } checksum || !capabilities.HasAdditionalChecksums)
            return await client.SendAsync(request, cancellationToken);
        var isSent = facts.Takes(checksum.Kind);
        if (isSent)
            request.Headers.Add(S3Checksums.HeaderOf(checksum));
        try
        {
            var response = await client.SendAsync(request, cancellationToken);
            facts.Succeeded(checksum.Kind, isSent);
            return response;
        }
        catch (StoreException fault) when (IsRefusal(fault) && facts.ShouldSendWithout(checksum.Kind, isSent))
        {
            throw new StoreException(
                client.Side, StoreFault.Realigned, $"it refused an object with a checksum {checksum.Kind}, which is sent again without it",
                fault.Code, inner: fault);
        }
    }

    // Whether the store may not know a header of the request.
    static bool IsRefusal(StoreException fault) => fault.Fault is StoreFault.Invalid or StoreFault.NotSupported;

    static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
