using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DataTransferHub.Bench.Store;

/// <summary>Requests for one object.</summary>
static class ObjectRequests
{
    const string ChecksumPrefix = "x-amz-checksum-";

    /// <summary>Answers GET and HEAD.</summary>
    public static Answer Read(StoreRequest request, Bucket bucket)
    {
        var item = bucket.Get(request.Key);
        if (request.Header("If-Match") is { } etag && etag.Trim('"') != item.ETag.ToString())
            throw StoreError.PreconditionFailed();
        var response = request.Http.Response;
        var (from, count) = RangeOf(request, item);
        var status = count == item.Size ? StatusCodes.Status200OK : StatusCodes.Status206PartialContent;
        foreach (var (name, value) in item.Headers)
            response.Headers[name] = value;
        WriteETag(response, item.ETag);
        response.Headers.LastModified = item.Modified.ToString("R", CultureInfo.InvariantCulture);
        response.Headers.AcceptRanges = "bytes";
        if (item.PartSizes.Count > 0)
            response.Headers["x-amz-mp-parts-count"] = item.PartSizes.Count.ToString(CultureInfo.InvariantCulture);
        if (status == StatusCodes.Status206PartialContent)
        {
            response.Headers.ContentRange =
                string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{from + count - 1}/{item.Size}");
        }
        else if (item.Checksum is var (name, value) && request.Header(ChecksumPrefix + "mode") is not null)
        {
            response.Headers[name] = value;
        }

        if (request.Method == "HEAD")
            return Answer.Head(status, count);
        return Answer.Content(status, item.Body ?? throw StoreError.NotImplemented("reads of dropped bodies"), from, count);
    }

    /// <summary>Answers PUT.</summary>
    public static async ValueTask<Answer> PutAsync(StoreRequest request, Bucket bucket, RequestBody bodies, DateTime now)
    {
        if (request.Header("x-amz-copy-source") is not null)
            throw StoreError.NotImplemented("copies");
        var (size, etag, body) = await bodies.ReadAsync(request);
        var checksum = ChecksumOf(request);
        bucket.Put(new StoredObject(request.Key, size, etag, now, KeptHeaders(request), body) { Checksum = checksum });
        WriteReceipt(request, etag, checksum);
        return Answer.Empty();
    }

    /// <summary>Says what was stored: the ETag, and the checksum that was sent, which is not verified.</summary>
    public static void WriteReceipt(StoreRequest request, ETag etag, KeyValuePair<string, string>? checksum)
    {
        WriteETag(request.Http.Response, etag);
        if (checksum is var (name, value))
            request.Http.Response.Headers[name] = value;
    }

    /// <summary>The additional checksum in the headers of a request, or null.</summary>
    public static KeyValuePair<string, string>? ChecksumOf(StoreRequest request)
    {
        foreach (var (name, value) in request.Http.Request.Headers)
        {
            if (name.StartsWith(ChecksumPrefix, StringComparison.OrdinalIgnoreCase) && !name.EndsWith("mode", StringComparison.Ordinal))
                return new(name, value.ToString());
        }

        return null;
    }

    /// <summary>The headers of a request that are stored with its object.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> KeptHeaders(StoreRequest request)
    {
        var kept = new List<KeyValuePair<string, string>>(2);
        foreach (var (name, value) in request.Http.Request.Headers)
        {
            if (IsKept(name))
                kept.Add(new(name, value.ToString()));
        }

        return kept;
    }

    static bool IsKept(string name) =>
        name.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase)
        || name is not "Content-Length" and not "Content-MD5"
            && (name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) || name is "Cache-Control" or "Expires");

    static void WriteETag(HttpResponse response, ETag etag) => response.Headers.ETag = $"\"{etag}\"";

    static (long From, long Count) RangeOf(StoreRequest request, StoredObject item)
    {
        if (request.Number("partNumber", 0) is > 0 and var part)
        {
            return part <= item.PartSizes.Count ? (item.PartSizes.Take(part - 1).Sum(), item.PartSizes[part - 1])
                : part == 1 ? (0, item.Size)
                : throw StoreError.InvalidRange();
        }

        if (request.Header("Range") is not { } text || !RangeHeaderValue.TryParse(text, out var ranges) || ranges.Ranges.Count != 1)
            return (0, item.Size);
        var range = ranges.Ranges.First();
        var from = range.From ?? Math.Max(0, item.Size - range.To!.Value);
        var to = range.From is null ? item.Size - 1 : Math.Min(range.To ?? long.MaxValue, item.Size - 1);
        return from <= to ? (from, to - from + 1) : throw StoreError.InvalidRange();
    }
}
