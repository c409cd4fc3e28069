using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Amazon.S3;
using DataTransferHub.Cli.S3;

namespace DataTransferHub.EndToEnd.Tests;

/// <summary>A request to an S3 server, signed by hand, so that everything about it can be wrong.</summary>
/// <param name="Server">Where it goes.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">Bucket and key, in characters that need no encoding.</param>
/// <param name="Query">The query, in canonical form.</param>
sealed record SignedRequest(S3Server Server, HttpMethod Method, string Path, string Query = "")
{
    static readonly HttpClient Http = new() { Timeout = TimeSpan.FromMinutes(1) };

    public string AccessKey { get; init; } = Server.AccessKey;

    public string SecretKey { get; init; } = Server.SecretKey;

    public string Region { get; init; } = Server.Region;

    public DateTimeOffset Now { get; init; } = DateTimeOffset.UtcNow;

    public bool IsAnonymous { get; init; }

    public bool HidesLength { get; init; }

    /// <summary>The query that is sent in place of the signed one.</summary>
    public string? SentQuery { get; init; }

    /// <summary>A header that is not signed.</summary>
    public (string Name, string Value)? AddedLater { get; init; }

    /// <summary>Headers that are signed.</summary>
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>Sends it; gives the answer's <c>Content-Length</c> and body.</summary>
    /// <exception cref="AmazonS3Exception">It was refused.</exception>
    public async Task<(long? Length, byte[] Body)> SendAsync(byte[]? body)
    {
        var query = SentQuery ?? Query;
        using var request = new HttpRequestMessage(Method, new Uri(Server.Url, $"/{Path}{(query.Length > 0 ? "?" + query : "")}"));
        if (body is not null)
            request.Content = new ByteArrayContent(body);
        if (HidesLength)
            request.Headers.TransferEncodingChunked = true;
        foreach (var (name, value) in Sign())
            Add(request, name, value);
        if (AddedLater is { } added)
            Add(request, added.Name, added.Value);

        using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var length = response.Content.Headers.ContentLength;
        var content = await response.Content.ReadAsByteArrayAsync();
        return response.IsSuccessStatusCode ? (length, content) : throw Refusal(response.StatusCode, content);
    }

    static void Add(HttpRequestMessage request, string name, string value)
    {
        if (!request.Headers.TryAddWithoutValidation(name, value))
            request.Content!.Headers.TryAddWithoutValidation(name, value);
    }

    static AmazonS3Exception Refusal(HttpStatusCode status, byte[] content)
    {
        using var stream = new MemoryStream(content);
        var code = XElement.Load(stream).Element("Code")!.Value;
        return new AmazonS3Exception($"{(int)status} {code}") { StatusCode = status, ErrorCode = code };
    }

    SortedDictionary<string, string> Sign()
    {
        var timestamp = Now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = Server.Url.Authority,
            ["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD",
            ["x-amz-date"] = timestamp,
        };
        foreach (var (name, value) in Headers)
            headers[name.ToLowerInvariant()] = value;

        var names = string.Join(';', headers.Keys);
        var lines = string.Concat(headers.Select(header => $"{header.Key}:{header.Value}\n"));
        var canonical = $"{Method}\n/{Path}\n{Query}\n{lines}\n{names}\n{headers["x-amz-content-sha256"]}";
        var scope = $"{timestamp[..8]}/{Region}/s3/aws4_request";
        var key = new[] { timestamp[..8], Region, "s3", "aws4_request" }
            .Aggregate(
                Encoding.UTF8.GetBytes("AWS4" + SecretKey), (known, text) => HMACSHA256.HashData(known, Encoding.UTF8.GetBytes(text)));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
        var signature = Convert.ToHexStringLower(
            HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{hash}")));
        if (!IsAnonymous)
            headers["Authorization"] = $"AWS4-HMAC-SHA256 Credential={AccessKey}/{scope}, SignedHeaders={names}, Signature={signature}";
        return headers;
    }
}
