using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DataTransferHub.Servers.S3.Memory;

/// <summary>A verified signature, and the state from which the signatures of a body's chunks continue.</summary>
/// <param name="Key">The signing key of the day.</param>
/// <param name="Timestamp">What <c>x-amz-date</c> says.</param>
/// <param name="Scope">Date, region and service.</param>
/// <param name="Seed">The signature of the head.</param>
/// <param name="PayloadHash">What <c>x-amz-content-sha256</c> says.</param>
sealed record Signed(byte[] Key, string Timestamp, string Scope, string Seed, string PayloadHash);

/// <summary>Checks AWS Signature Version 4 in the Authorization header, as Amazon S3 does.</summary>
/// <param name="accessKey">The one access key that is known.</param>
/// <param name="secretKey">Its secret.</param>
/// <param name="region">The one region that is signed for.</param>
/// <param name="time">Tells the time of day.</param>
sealed class SignatureCheck(string accessKey, string secretKey, string region, TimeProvider time)
{
    const string Algorithm = "AWS4-HMAC-SHA256";

    static readonly TimeSpan MaximumSkew = TimeSpan.FromMinutes(15);

    readonly ConcurrentDictionary<string, byte[]> _dayKeys = new();

    /// <exception cref="S3Error">It is missing or wrong.</exception>
    public Signed Check(S3Call call)
    {
        var (credential, names, signature) = Read(call.Header("Authorization"));
        if (credential[0] != accessKey)
            throw new S3Error(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.");
        if (credential[2] != region)
        {
            throw new S3Error(
                400,
                "AuthorizationHeaderMalformed",
                $"The authorization header is malformed; the region '{credential[2]}' is wrong; expecting '{region}'",
                region);
        }

        var timestamp = call.Header("x-amz-date")
            ?? throw S3Error.AccessDenied("AWS authentication requires a valid Date or x-amz-date header");
        CheckTime(timestamp, credential[1]);
        var payload = call.Header("x-amz-content-sha256")
            ?? throw S3Error.InvalidRequest("Missing required header for this request: x-amz-content-sha256");
        CheckNames(call, names);

        var scope = $"{credential[1]}/{region}/s3/aws4_request";
        var key = _dayKeys.GetOrAdd(credential[1], KeyOf);
        var expected = Sign(key, $"{Algorithm}\n{timestamp}\n{scope}\n{Hash(CanonicalRequest(call, names, payload))}");
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(signature)))
            throw S3Error.SignatureDoesNotMatch();
        return new Signed(key, timestamp, scope, signature, payload);
    }

    /// <summary>The signature of a text in hexadecimal digits.</summary>
    public static string Sign(byte[] key, string text) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.Latin1.GetBytes(text)));

    static (string[] Credential, string[] Names, string Signature) Read(string? authorization)
    {
        if (string.IsNullOrEmpty(authorization))
            throw S3Error.AccessDenied();
        if (!authorization.StartsWith(Algorithm + " ", StringComparison.Ordinal))
            throw S3Error.InvalidRequest($"The authorization mechanism you have provided is not supported. Please use {Algorithm}.");

        var fields = authorization[Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries)
            .Select(field => field.Split('=', 2)).Where(field => field.Length == 2)
            .GroupBy(field => field[0]).ToDictionary(field => field.Key, field => field.First()[1]);
        var credential = fields.GetValueOrDefault("Credential", "").Split('/');
        var names = fields.GetValueOrDefault("SignedHeaders", "").Split(';', StringSplitOptions.RemoveEmptyEntries);
        return credential is [_, { Length: 8 }, _, "s3", "aws4_request"] && names.Length > 0
            && fields.TryGetValue("Signature", out var signature)
            ? (credential, names, signature)
            : throw new S3Error(400, "AuthorizationHeaderMalformed", "The authorization header that you provided is not valid.");
    }

    void CheckTime(string timestamp, string date)
    {
        if (!DateTimeOffset.TryParseExact(
            timestamp, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var signedAt)
            || !timestamp.StartsWith(date, StringComparison.Ordinal))
        {
            throw S3Error.AccessDenied("AWS authentication requires a valid Date or x-amz-date header");
        }

        if ((time.GetUtcNow() - signedAt).Duration() > MaximumSkew)
            throw new S3Error(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.");
    }

    // Headers that determine the operation must be signed.
    static void CheckNames(S3Call call, string[] names)
    {
        if (!names.Contains("host"))
            throw S3Error.AccessDenied("The host header was not signed");
        foreach (var name in call.Http.Request.Headers.Keys)
        {
            if (name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) && !names.Contains(name.ToLowerInvariant()))
                throw S3Error.AccessDenied($"There were headers present in the request which were not signed: {name}");
        }
    }

    static string CanonicalRequest(S3Call call, string[] names, string payload)
    {
        var text = new StringBuilder(1024);
        text.Append(call.Method).Append('\n').Append(call.Path).Append('\n').Append(call.CanonicalQuery).Append('\n');
        foreach (var name in names)
            text.Append(name).Append(':').Append(Trim(call.Header(name) ?? "")).Append('\n');
        return text.Append('\n').AppendJoin(';', names).Append('\n').Append(payload).ToString();
    }

    // Blanks at the ends go, and several in a row count as one.
    static string Trim(string value)
    {
        value = value.Trim(' ');
        while (value.Contains("  ", StringComparison.Ordinal))
            value = value.Replace("  ", " ", StringComparison.Ordinal);
        return value;
    }

    byte[] KeyOf(string date)
    {
        var key = HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + secretKey), Encoding.UTF8.GetBytes(date));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(region));
        key = HMACSHA256.HashData(key, "s3"u8);
        return HMACSHA256.HashData(key, "aws4_request"u8);
    }

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.Latin1.GetBytes(text)));
}
