using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Xml;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>
/// Signs and sends requests to one bucket, and turns every failure into a <see cref="StoreException"/>. Adapts to the bucket's region and
/// to the store's clock: the request that detects a difference fails with <see cref="StoreFault.Realigned"/>, and the next one is correct.
/// </summary>
sealed class S3Client(S3Endpoint endpoint, IS3CredentialSource credentials, S3Transport transport, TimeSpan idleTimeout, TimeProvider time)
{
    static readonly UriCreationOptions AsIs = new() { DangerousDisablePathAndQueryCanonicalization = true };
    const int ErrorBodyLimit = 64 * 1024;

    // A page of 1,000 keys of 1,024 bytes, URL-encoded, has some 4 MB.
    const int MaxResponseBytes = 16 << 20;

    // With a larger difference from the store's clock, signatures are refused (RequestTimeTooSkewed).
    static readonly TimeSpan MaximumSkew = TimeSpan.FromMinutes(15);

    // Replaced as a whole if the store names another region; requests in progress keep the address they started with.
    volatile Address _address = Address.Of(endpoint);

    // The store's clock minus ours, in ticks.
    long _skew;

    public StoreSide Side => endpoint.Side;

    /// <summary>Sends a request and returns its response once the headers have arrived and report success.</summary>
    public async Task<HttpResponseMessage> SendAsync(S3Request request, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        var limit = patience ?? idleTimeout;
        using var silence = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        var address = _address;
        using var message = await SignAsync(request, address, () => silence.CancelAfter(limit), cancellationToken);
        HttpResponseMessage? response = null;
        try
        {
            response = await transport.SendAsync(message, either.Token);
            if (response.IsSuccessStatusCode)
                return response;
            var body = request.Method == HttpMethod.Head ? "" : await ReadStartAsync(response, either.Token);
            throw Realign(address, response, S3Faults.FromResponse(Side, response, body, request.Key is not null), body);
        }
        catch (Exception fault)
        {
            response?.Dispose();
            if (FindStoreException(fault) is { } known)
            {
                if (ReferenceEquals(known, fault))
                    throw;
                throw known;
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw fault switch
            {
                OperationCanceledException => TransportFaults.FromSilence(Side, limit),
                HttpRequestException or IOException => TransportFaults.FromTransport(Side, fault),
                _ => fault,
            };
        }
    }

    /// <summary>Sends a request and reads its whole response, which must be small.</summary>
    public async Task<MemoryStream> ReadAsync(S3Request request, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        using var response = await SendAsync(request, cancellationToken, patience);
        using var body = new BodyStream(await response.Content.ReadAsStreamAsync(cancellationToken), Side, patience ?? idleTimeout, time);
        var content = await ReadSmallAsync(body, cancellationToken);
        if (response.Content.Headers.ContentLength is { } length && length != content.Length)
            throw BodyStream.CutShort(Side, length, content.Length);
        return content;
    }

    /// <summary>Sends a request and reads the document of its response.</summary>
    public async Task<T> ReadXmlAsync<T>(S3Request request, Func<Stream, T> read, CancellationToken cancellationToken)
    {
        using var body = await ReadAsync(request, cancellationToken);
        return Parse(() => read(body));
    }

    /// <summary>Turns a failure to read a document into a fault of the store.</summary>
    public T Parse<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is XmlException or FormatException or OverflowException)
        {
            throw new StoreException(
                Side, StoreFault.ServerError, $"its response is not a valid S3 response: {fault.Message}", inner: fault);
        }
    }

    /// <summary>Reads a body that must be small.</summary>
    /// <exception cref="StoreException">It is not.</exception>
    public async Task<MemoryStream> ReadSmallAsync(Stream body, CancellationToken cancellationToken)
    {
        var content = new MemoryStream();
        var buffer = new byte[16 << 10];
        for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (content.Length + read > MaxResponseBytes)
                throw new StoreException(Side, StoreFault.ServerError, $"its response has more than {MaxResponseBytes} bytes");
            content.Write(buffer, 0, read);
        }

        content.Position = 0;
        return content;
    }

    /// <summary>Sends a request and ignores the content of its response.</summary>
    public async Task SendOnlyAsync(S3Request request, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, cancellationToken);
    }

    /// <summary>The body of a response, with the idle timeout.</summary>
    public async Task<BodyStream> BodyOf(HttpResponseMessage response, CancellationToken cancellationToken) =>
        new(await response.Content.ReadAsStreamAsync(cancellationToken), Side, idleTimeout, time);

    async ValueTask<HttpRequestMessage> SignAsync(S3Request request, Address address, Action progress, CancellationToken cancellationToken)
    {
        // It would address the bucket: an object's PUT would create it, a DELETE would delete it.
        if (request.Key is "")
            throw new StoreException(Side, StoreFault.Invalid, "an object's key is empty", remedy: "Copy it under a prefix.");
        var keys = await credentials.GetAsync(cancellationToken);
        var path = request.Key is null ? address.BucketPath : address.KeyPath + S3Path.EncodeKey(request.Key);
        var (sentQuery, signedQuery) = request.Query();
        var uri = new Uri(sentQuery.Length == 0 ? address.Origin + path : address.Origin + path + "?" + sentQuery, AsIs);
        var message = new HttpRequestMessage(request.Method, uri)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (request.Content is not null)
            message.Content = new S3Content(request.Content, progress);
        else if (request.Method == HttpMethod.Post || request.Method == HttpMethod.Put)
            message.Content = new ByteArrayContent([]);

        var headers = request.Headers;
        if (endpoint.RequesterPays)
            headers.Add(new("x-amz-request-payer", "requester"));
        if (keys is not null)
        {
            var timestamp = SignatureV4.Timestamp(time.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _skew)));
            headers.Add(new("host", address.Host));
            headers.Add(new("x-amz-content-sha256", SignatureV4.UnsignedPayload));
            headers.Add(new("x-amz-date", timestamp));
            if (keys.SessionToken is not null)
                headers.Add(new("x-amz-security-token", keys.SessionToken));
            headers.Sort(static (x, y) => string.CompareOrdinal(x.Key, y.Key));
            var authorization = address.Signature.Authorize(
                keys, request.Method.Method, path, signedQuery, headers, SignatureV4.UnsignedPayload, timestamp);
            message.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        foreach (var (name, value) in headers)
            if (name != "host")
                Add(message, name, value);
        foreach (var (name, value) in request.UnsignedHeaders)
            Add(message, name, value);
        return message;
    }

    void Add(HttpRequestMessage message, string name, string value)
    {
        if (value.AsSpan().ContainsAny('\r', '\n') || !message.Headers.TryAddWithoutValidation(name, value)
            && message.Content?.Headers.TryAddWithoutValidation(name, value) != true)
        {
            throw new StoreException(Side, StoreFault.Invalid, $"the header {name} cannot be sent as it is");
        }
    }

    StoreException Realign(Address address, HttpResponseMessage response, StoreException fault, string body)
    {
        if (response.StatusCode == HttpStatusCode.Forbidden && response.Headers.Date is { } now)
        {
            // The response to HEAD has no body with an error code, but its date shows the difference.
            var skew = now - time.GetUtcNow();
            var isTooFar = (skew - TimeSpan.FromTicks(Interlocked.Read(ref _skew))).Duration() > MaximumSkew;
            if (fault.Code == "RequestTimeTooSkewed" || fault.Code is null && isTooFar)
            {
                Interlocked.Exchange(ref _skew, skew.Ticks);
                return new StoreException(
                    Side, StoreFault.Realigned, "its clock differs from the hub's", fault.Code, (int)response.StatusCode);
            }
        }

        var region = S3Faults.Header(response.Headers, "x-amz-bucket-region") ?? Between(body, "<Region>", "</Region>");
        var mayBeRegion = response.StatusCode
            is HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect or HttpStatusCode.BadRequest;
        if (!mayBeRegion || string.IsNullOrEmpty(region) || region == address.Region)
            return fault;
        _address = Address.Of(endpoint.InRegion(region));
        return new StoreException(Side, StoreFault.Realigned, $"the bucket is in region {region}", fault.Code, (int)response.StatusCode);
    }

    static string? Between(string text, string start, string end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal);
        if (from < 0)
            return null;
        from += start.Length;
        var to = text.IndexOf(end, from, StringComparison.Ordinal);
        return to < 0 ? null : text[from..to];
    }

    static async Task<string> ReadStartAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ErrorBodyLimit);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var length = await body.ReadAtLeastAsync(
                buffer.AsMemory(0, ErrorBodyLimit), ErrorBodyLimit, throwOnEndOfStream: false, cancellationToken);
            return Encoding.UTF8.GetString(buffer, 0, length);
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException)
        {
            // The status alone is sufficient.
            return "";
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // A body that is streamed from another store fails with that store's fault, which the HTTP stack wraps.
    static StoreException? FindStoreException(Exception? fault)
    {
        for (; fault is not null; fault = fault.InnerException)
            if (fault is StoreException known)
                return known;
        return null;
    }

    sealed record Address(string Origin, string Host, string BucketPath, string KeyPath, string Region, SignatureV4 Signature)
    {
        public static Address Of(S3Endpoint endpoint)
        {
            var service = endpoint.Service;
            var port = service.IsDefaultPort ? "" : string.Create(CultureInfo.InvariantCulture, $":{service.Port}");
            var host = (endpoint.PathStyle ? service.IdnHost : $"{endpoint.Bucket}.{service.IdnHost}") + port;
            if (endpoint.PathStyle && service.HostNameType == UriHostNameType.IPv6)
                host = $"[{service.IdnHost}]{port}";
            var folder = service.AbsolutePath.TrimEnd('/');
            var bucketPath = endpoint.PathStyle ? $"{folder}/{S3Path.EncodeKey(endpoint.Bucket)}" : $"{folder}/";
            var keyPath = bucketPath.EndsWith('/') ? bucketPath : bucketPath + "/";
            var signature = new SignatureV4(endpoint.Region);
            return new Address($"{service.Scheme}://{host}", host, bucketPath, keyPath, endpoint.Region, signature);
        }
    }
}
