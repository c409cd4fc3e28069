using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>
/// AWS Signature Version 4 for S3, in the Authorization header. Paths are signed as they are sent, encoded once. Caches the signing key of
/// the day. Thread-safe.
/// </summary>
/// <param name="region">The region used for signing.</param>
sealed class SignatureV4(string region)
{
    /// <summary>Replaces the hash of the body if the body is not signed.</summary>
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    [ThreadStatic]
    static StringBuilder? _builder;

    DayKey? _dayKey;

    public string Region => region;

    /// <summary>A time in the format of <c>x-amz-date</c>.</summary>
    public static string Timestamp(DateTimeOffset now) => now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The value of the Authorization header.</summary>
    /// <param name="credentials">The access keys.</param>
    /// <param name="method">The HTTP method.</param>
    /// <param name="path">The encoded path.</param>
    /// <param name="query">The canonical query: encoded, sorted, every name with an equals sign.</param>
    /// <param name="headers">Headers to sign, names in lower case, sorted by name.</param>
    /// <param name="payloadHash">The value of <c>x-amz-content-sha256</c>.</param>
    /// <param name="timestamp">The value of <c>x-amz-date</c>.</param>
    public string Authorize(
        S3Credentials credentials, string method, string path, string query, List<KeyValuePair<string, string>> headers, string payloadHash,
        string timestamp)
    {
        var text = (_builder ??= new StringBuilder(1024)).Clear();
        text.Append(method).Append('\n').Append(path).Append('\n').Append(query).Append('\n');
        foreach (var (name, value) in headers)
        {
            text.Append(name).Append(':');
            AppendTrimmed(text, value);
            text.Append('\n');
        }

        text.Append('\n');
        var namesStart = text.Length;
        for (var i = 0; i < headers.Count; i++)
        {
            if (i > 0)
                text.Append(';');
            text.Append(headers[i].Key);
        }

        var signedHeaders = text.ToString(namesStart, text.Length - namesStart);
        text.Append('\n').Append(payloadHash);
        Span<byte> hash = stackalloc byte[32];
        HashOf(text, hash, []);

        var date = timestamp[..8];
        var requestHash = Convert.ToHexStringLower(hash);
        text.Clear().Append("AWS4-HMAC-SHA256\n").Append(timestamp).Append('\n').Append(date).Append('/').Append(region)
            .Append("/s3/aws4_request\n").Append(requestHash);
        HashOf(text, hash, KeyOf(credentials, date));

        return text.Clear().Append("AWS4-HMAC-SHA256 Credential=").Append(credentials.AccessKeyId).Append('/').Append(date).Append('/')
            .Append(region)
            .Append("/s3/aws4_request,SignedHeaders=").Append(signedHeaders).Append(",Signature=").Append(
                Convert.ToHexStringLower(hash)).ToString();
    }

    byte[] KeyOf(S3Credentials credentials, string date)
    {
        var known = _dayKey;
        if (known is not null && known.Date == date && known.Secret == credentials.SecretAccessKey)
            return known.Key;
        var key = HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + credentials.SecretAccessKey), Encoding.UTF8.GetBytes(date));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(region));
        key = HMACSHA256.HashData(key, "s3"u8);
        key = HMACSHA256.HashData(key, "aws4_request"u8);
        _dayKey = new DayKey(date, credentials.SecretAccessKey, key);
        return key;
    }

    // Headers are sent as Latin-1, so their bytes are hashed as Latin-1; everything else here is ASCII.
    static void HashOf(StringBuilder text, Span<byte> hash, ReadOnlySpan<byte> key)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(text.Length);
        var length = 0;
        foreach (var chunk in text.GetChunks())
            length += Encoding.Latin1.GetBytes(chunk.Span, bytes.AsSpan(length));
        if (key.IsEmpty)
            SHA256.HashData(bytes.AsSpan(0, length), hash);
        else
            HMACSHA256.HashData(key, bytes.AsSpan(0, length), hash);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    static void AppendTrimmed(StringBuilder text, string value)
    {
        var trimmed = value.AsSpan().Trim(' ');
        if (!trimmed.Contains("  ", StringComparison.Ordinal))
        {
            text.Append(trimmed);
            return;
        }

        for (var i = 0; i < trimmed.Length; i++)
            if (trimmed[i] != ' ' || trimmed[i - 1] != ' ')
                text.Append(trimmed[i]);
    }

    sealed record DayKey(string Date, string Secret, byte[] Key);
}
