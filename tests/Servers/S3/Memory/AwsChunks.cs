using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DataTransferHub.Servers.S3.Memory;

/// <summary>Bodies in chunks (<c>aws-chunked</c>), signed one by one or not, with a checksum after them or not.</summary>
static class AwsChunks
{
    const string Signature = ";chunk-signature=";
    const string TrailerSignature = "x-amz-trailer-signature";

    static readonly string EmptyHash = Convert.ToHexStringLower(SHA256.HashData([]));

    /// <summary>The bytes of the chunks, and the checksum that follows them, or null.</summary>
    /// <exception cref="S3Error">A chunk is malformed, or its signature is wrong.</exception>
    public static (byte[] Content, (string Algorithm, string Value)? Checksum) Decode(byte[] body, Signed signed, S3Call call)
    {
        var (isSigned, hasTrailer) = signed.PayloadHash switch
        {
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => (false, true),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => (true, false),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => (true, true),
            _ => throw S3Error.NotImplemented(signed.PayloadHash),
        };
        if (!int.TryParse(call.Header("x-amz-decoded-content-length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            throw new S3Error(411, "MissingContentLength", "You must provide the x-amz-decoded-content-length HTTP header.");

        var content = new byte[Math.Min(length, body.Length)];
        var previous = signed.Seed;
        var at = 0;
        for (var written = 0; ;)
        {
            var head = ReadLine(body, ref at);
            var semicolon = head.IndexOf(';', StringComparison.Ordinal);
            if (!int.TryParse(
                semicolon < 0 ? head : head[..semicolon], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size)
                || size < 0 || size > body.Length - at || size > content.Length - written)
            {
                throw Incomplete();
            }

            var chunk = body.AsSpan(at, size);
            if (isSigned)
            {
                previous = SignChunk(signed, previous, chunk);
                if (semicolon < 0 || head[semicolon..] != Signature + previous)
                    throw S3Error.SignatureDoesNotMatch();
            }

            chunk.CopyTo(content.AsSpan(written));
            written += size;
            at += size;
            if (size == 0)
            {
                if (written != length)
                    throw Incomplete();
                return (content, hasTrailer ? ReadTrailer(body, at, isSigned ? previous : null, signed, call) : null);
            }

            if (ReadLine(body, ref at).Length > 0)
                throw Incomplete();
        }
    }

    static (string Algorithm, string Value)? ReadTrailer(byte[] body, int at, string? previous, Signed signed, S3Call call)
    {
        var fields = new List<(string Name, string Value)>();
        while (at < body.Length && ReadLine(body, ref at) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            fields.Add(colon < 0 ? throw Incomplete() : (line[..colon].Trim().ToLowerInvariant(), line[(colon + 1)..].Trim()));
        }

        if (previous is not null)
        {
            var text = string.Concat(
                fields.Where(field => field.Name != TrailerSignature).Select(field => $"{field.Name}:{field.Value}\n"));
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
            var expected = SignatureCheck.Sign(
                signed.Key, $"AWS4-HMAC-SHA256-TRAILER\n{signed.Timestamp}\n{signed.Scope}\n{previous}\n{hash}");
            if (fields.FirstOrDefault(field => field.Name == TrailerSignature).Value != expected)
                throw S3Error.SignatureDoesNotMatch();
        }

        var announced = call.Header("x-amz-trailer");
        if (announced is null || !announced.StartsWith("x-amz-checksum-", StringComparison.Ordinal))
            return null;
        var algorithm = announced["x-amz-checksum-".Length..];
        if (!Checksums.Lengths.ContainsKey(algorithm))
            throw S3Error.InvalidRequest("The value specified in the x-amz-trailer header is not supported");
        var value = fields.FirstOrDefault(field => field.Name == announced).Value;
        return value is null
            ? throw new S3Error(
                400,
                "MalformedTrailerError",
                "The request contained trailing data that was not well-formed or did not conform to our published schema.")
            : RequestBody.ParseChecksum(algorithm, value);
    }

    static string SignChunk(Signed signed, string previous, ReadOnlySpan<byte> chunk) => SignatureCheck.Sign(
        signed.Key,
        $"AWS4-HMAC-SHA256-PAYLOAD\n{signed.Timestamp}\n{signed.Scope}\n{previous}\n{EmptyHash}\n"
            + Convert.ToHexStringLower(SHA256.HashData(chunk)));

    static string ReadLine(byte[] body, ref int at)
    {
        var end = body.AsSpan(at).IndexOf("\r\n"u8);
        if (end < 0)
            throw Incomplete();
        var line = Encoding.ASCII.GetString(body, at, end);
        at += end + 2;
        return line;
    }

    static S3Error Incomplete() => new(400, "IncompleteBody", "The request body terminated unexpectedly");
}
