using System.Globalization;
using System.IO.Compression;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace DataTransferHub.Servers.S3.Memory;

/// <summary>A request that was admitted, and all that answering it takes.</summary>
sealed record Exchange(S3Call Call, S3Answer Answer, MemoryBucket Bucket, Signed Signed, DateTimeOffset Now)
{
    public CancellationToken Aborted => Call.Http.RequestAborted;

    public BucketQuirks Quirks => Bucket.Quirks;

    /// <summary>The body, checked, and then damaged where the bucket's quirk says so.</summary>
    public async Task<RequestBody> ReadBodyAsync()
    {
        var body = await RequestBody.ReadAsync(Call, Signed, Quirks, Aborted);
        if (body.Content.Length == 0 || !Quirks.Damages(Call))
            return body;
        body.Content[body.Content.Length / 2] ^= 1;
        return body with { Md5 = System.Security.Cryptography.MD5.HashData(body.Content) };
    }
}

/// <summary>Whole objects.</summary>
static class ObjectCalls
{
    public static async Task PutAsync(Exchange exchange)
    {
        var call = exchange.Call;
        if (call.Header("x-amz-copy-source") is not null)
            throw S3Error.NotImplemented("x-amz-copy-source");
        var attributes = StoredAttributes.Read(call, exchange.Quirks);
        var body = await exchange.ReadBodyAsync();
        var checksum = body.Checksum ?? Checksums.Default([body.Content], exchange.Quirks);
        var item = new StoredObject(
            [body.Content], ETags.Of(body.Md5, attributes, exchange.Quirks), attributes, exchange.Now, false, checksum);
        exchange.Bucket.Put(call.Key, item, Conditions.ForWrite(call));

        call.Http.Response.Headers.ETag = $"\"{item.ETag}\"";
        attributes.TellEncryption(call);
        TellChecksum(call, checksum);
        await exchange.Answer.EmptyAsync(StatusCodes.Status200OK);
    }

    /// <summary>GET and HEAD.</summary>
    public static Task ReadAsync(Exchange exchange)
    {
        var call = exchange.Call;
        var item = exchange.Bucket.Get(call.Key);
        item.Attributes.CheckKey(call);
        var headers = call.Http.Response.Headers;
        headers.ETag = $"\"{item.ETag}\"";
        if (!Conditions.AllowRead(call, item, out var isNotModified))
            throw S3Error.PreconditionFailed();
        if (isNotModified)
            return exchange.Answer.EmptyAsync(StatusCodes.Status304NotModified);
        if (item.Attributes.IsArchived && call.Method == "GET")
            throw new S3Error(403, "InvalidObjectState", "The operation is not valid for the object's storage class");

        var range = FindRange(exchange, item);
        headers.LastModified = item.Modified.ToString("R", CultureInfo.InvariantCulture);
        headers.AcceptRanges = "bytes";
        headers.ContentType = "binary/octet-stream";
        foreach (var (name, value) in item.Attributes.Headers)
            headers[name] = value;
        if (item.Attributes.StorageClass != "STANDARD")
            headers["x-amz-storage-class"] = item.Attributes.StorageClass;
        item.Attributes.TellEncryption(call);
        if (range is null && call.Header("x-amz-checksum-mode") == "ENABLED" && exchange.Quirks.Checksums is not ChecksumSupport.Ignored)
            TellChecksum(call, item.Checksum);
        if (exchange.Quirks.TranscodesGzip && Transcoding.IsNeeded(call, item))
            return exchange.Answer.TranscodedAsync(Transcoding.Start(call, item));

        var (from, count) = range ?? (0, item.Size);
        if (range is not null && item.Size > 0)
            headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{from + count - 1}/{item.Size}");
        return exchange.Answer.BodyAsync(
            range is null ? StatusCodes.Status200OK : StatusCodes.Status206PartialContent, count, item.Read(from, count));
    }

    public static Task DeleteAsync(Exchange exchange)
    {
        exchange.Bucket.Delete(exchange.Call.Key);
        return exchange.Answer.EmptyAsync(StatusCodes.Status204NoContent);
    }

    /// <summary>Many at once: POST with <c>delete</c>.</summary>
    public static async Task DeleteManyAsync(Exchange exchange)
    {
        var call = exchange.Call;
        var hasChecksum = Checksums.Lengths.Keys.Any(algorithm => call.Header($"x-amz-checksum-{algorithm}") is not null);
        if (call.Header("Content-MD5") is null && !hasChecksum)
            throw S3Error.InvalidRequest("Missing required header for this request: Content-MD5");
        var body = await exchange.ReadBodyAsync();
        var xml = XmlBody.Read(body.Content, "Delete");
        var answer = new XmlText().Root("DeleteResult");
        var isQuiet = XmlBody.Child(xml, "Quiet") == "true";
        foreach (var key in xml.Elements().Where(child => child.Name.LocalName == "Object").Select(child => XmlBody.Child(child, "Key")))
        {
            exchange.Bucket.Delete(key ?? throw S3Error.MalformedXml());
            if (!isQuiet)
                answer.Open("Deleted").Element("Key", key).Close("Deleted");
        }

        await exchange.Answer.XmlAsync(answer.Close("DeleteResult"));
    }

    public static void TellChecksum(S3Call call, (string Algorithm, string Value)? checksum)
    {
        if (checksum is not { } sum)
            return;
        call.Http.Response.Headers[$"x-amz-checksum-{sum.Algorithm}"] = sum.Value;
        call.Http.Response.Headers["x-amz-checksum-type"] = "FULL_OBJECT";
    }

    // The bytes that are asked for by Range or by part; null for all.
    static (long From, long Count)? FindRange(Exchange exchange, StoredObject item)
    {
        var call = exchange.Call;
        var header = call.Header("Range");
        if (call.Number("partNumber") is not { } number || exchange.Quirks.PartReads == PartReads.Ignored)
            return header is null ? null : ParseRange(header, item.Size);
        if (exchange.Quirks.PartReads == PartReads.Refused)
            throw S3Error.NotImplemented("partNumber");
        if (header is not null)
            throw S3Error.InvalidRequest("Cannot specify both Range header and partNumber query parameter");
        if (number is < 1 or > UploadCalls.MaximumParts)
            throw S3Error.InvalidArgument("Part number must be an integer between 1 and 10000, inclusive");
        if (number > item.Parts.Count)
            throw new S3Error(416, "InvalidPartNumber", "The requested partnumber is not satisfiable");
        if (item.IsComposite)
            call.Http.Response.Headers["x-amz-mp-parts-count"] = item.Parts.Count.ToString(CultureInfo.InvariantCulture);
        return (item.Parts.Take(number - 1).Sum(part => (long)part.Length), item.Parts[number - 1].Length);
    }

    // A range that is malformed is ignored, as RFC 9110 has it.
    static (long From, long Count)? ParseRange(string header, long size)
    {
        if (!header.StartsWith("bytes=", StringComparison.Ordinal) || header["bytes=".Length..].Split('-') is not [var first, var last])
            return null;
        long? from = ParseNumber(first), to = ParseNumber(last);
        var range = (from, to) switch
        {
            (null, { } suffix) when first.Length == 0 => (From: Math.Max(0, size - suffix), Count: Math.Min(size, suffix)),
            ({ } start, null) when last.Length == 0 => (From: start, Count: size - start),
            ({ } start, { } end) when end >= start => (From: start, Count: Math.Min(end, size - 1) - start + 1),
            _ => (From: -1, Count: 0),
        };
        if (range.From < 0)
            return null;
        return range.Count > 0 ? range : throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable");

        static long? ParseNumber(string text) =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}

/// <summary>Decompression of stored gzip for clients that do not accept it.</summary>
static class Transcoding
{
    public static bool IsNeeded(S3Call call, StoredObject item) =>
        item.Attributes.Headers.Any(header => header.Key.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase)
            && header.Value == "gzip")
        && call.Header("Accept-Encoding")?.Contains("gzip", StringComparison.Ordinal) != true;

    /// <summary>Sets the headers of the response, and returns its body.</summary>
    /// <remarks>A range is ignored, as it is by Google.</remarks>
    public static byte[] Start(S3Call call, StoredObject item)
    {
        var headers = call.Http.Response.Headers;
        headers.ContentEncoding = default;
        headers["x-goog-stored-content-encoding"] = "gzip";
        headers["x-goog-stored-content-length"] = item.Size.ToString(CultureInfo.InvariantCulture);
        headers.Warning = "214 UploadServer gunzipped";
        using var stored = new MemoryStream([.. item.Parts.SelectMany(part => part)]);
        using var gzip = new GZipStream(stored, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}

/// <summary>ETags.</summary>
static class ETags
{
    /// <summary>MD5 of the content, or digits that say nothing.</summary>
    public static string Of(byte[] md5, StoredAttributes attributes, BucketQuirks quirks) =>
        quirks.HasExpressETags ? "express!" + Guid.NewGuid().ToString("N").ToUpperInvariant()
        : attributes.IsOpaque || quirks.HasOpaqueETags ? Guid.NewGuid().ToString("N") : Convert.ToHexStringLower(md5);

    /// <summary>Without quotes.</summary>
    public static string Unquote(string etag) => etag.Trim().Trim('"');
}

/// <summary><c>If-Match</c> and <c>If-None-Match</c>.</summary>
static class Conditions
{
    public static bool AllowRead(S3Call call, StoredObject item, out bool isNotModified)
    {
        isNotModified = call.Header("If-None-Match") is { } none && Matches(none, item.ETag);
        return call.Header("If-Match") is not { } match || Matches(match, item.ETag);
    }

    public static Func<StoredObject?, bool> ForWrite(S3Call call)
    {
        var (match, none) = (call.Header("If-Match"), call.Header("If-None-Match"));
        return item =>
            (match is null || item is not null && Matches(match, item.ETag)) && (none is null || item is null || !Matches(none, item.ETag));
    }

    static bool Matches(string header, string etag) =>
        header.Split(',').Select(ETags.Unquote).Any(wanted => wanted == "*" || wanted == etag);
}

/// <summary>XML that clients send.</summary>
static class XmlBody
{
    /// <exception cref="S3Error">It is not such a document.</exception>
    public static XElement Read(byte[] content, string root)
    {
        try
        {
            using var stream = new MemoryStream(content);
            var xml = XElement.Load(stream);
            return xml.Name.LocalName == root ? xml : throw S3Error.MalformedXml();
        }
        catch (System.Xml.XmlException)
        {
            throw S3Error.MalformedXml();
        }
    }

    public static string? Child(XElement parent, string name) =>
        parent.Elements().FirstOrDefault(child => child.Name.LocalName == name)?.Value;
}
