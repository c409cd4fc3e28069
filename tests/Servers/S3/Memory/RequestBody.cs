using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;

namespace DataTransferHub.Servers.S3.Memory;

/// <summary>A body that was received whole and that is what its headers say.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Md5">Their MD5.</param>
/// <param name="Checksum">The checksum that came with it: algorithm and value in Base64, or null.</param>
sealed record RequestBody(byte[] Content, byte[] Md5, (string Algorithm, string Value)? Checksum)
{
    const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    /// <summary>Receives a body and checks it against its length, <c>Content-MD5</c>, <c>x-amz-content-sha256</c> and checksum.</summary>
    /// <exception cref="S3Error">It is not what its headers say.</exception>
    public static async Task<RequestBody> ReadAsync(S3Call call, Signed signed, BucketQuirks quirks, CancellationToken cancellationToken)
    {
        var length = call.Http.Request.ContentLength
            ?? throw new S3Error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
        if (length > Array.MaxLength)
            throw new S3Error(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
        var md5Wanted = quirks.IgnoresDigests ? null : ReadMd5(call);
        var checksum = quirks.IgnoresDigests || quirks.Checksums is ChecksumSupport.Ignored ? null : ReadChecksum(call);

        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var isChunked = signed.PayloadHash.StartsWith("STREAMING-", StringComparison.Ordinal);
        var content = await ReceiveAsync(call.Http.Request.BodyReader, (int)length, isChunked ? null : md5, cancellationToken);
        if (isChunked)
        {
            (content, var trailer) = AwsChunks.Decode(content, signed, call);
            md5.AppendData(content);
            checksum = quirks.IgnoresDigests ? null : trailer ?? checksum;
        }
        else if (signed.PayloadHash != UnsignedPayload)
        {
            CheckSha256(signed.PayloadHash, content);
        }

        var digest = md5.GetHashAndReset();
        if (md5Wanted is not null && !md5Wanted.AsSpan().SequenceEqual(digest))
            throw S3Error.BadDigest("Content-MD5");
        if (checksum is { } sum && Convert.ToBase64String(Checksums.Compute(sum.Algorithm, content)) != sum.Value)
            throw S3Error.BadDigest(sum.Algorithm.ToUpperInvariant());
        return new RequestBody(content, digest, checksum);
    }

    /// <summary>A checksum's value as a header or trailer gives it.</summary>
    /// <exception cref="S3Error">It is not one.</exception>
    public static (string Algorithm, string Value) ParseChecksum(string algorithm, string value)
    {
        Span<byte> bytes = stackalloc byte[64];
        return value.Length <= 64 && Convert.TryFromBase64String(value, bytes, out var length) && length == Checksums.Lengths[algorithm]
            ? (algorithm, value)
            : throw S3Error.InvalidRequest($"Value for x-amz-checksum-{algorithm} header is invalid.");
    }

    static async Task<byte[]> ReceiveAsync(PipeReader body, int length, IncrementalHash? hash, CancellationToken cancellationToken)
    {
        var content = GC.AllocateUninitializedArray<byte>(length);
        for (var received = 0; received < length;)
        {
            var read = await body.ReadAsync(cancellationToken);
            foreach (var segment in read.Buffer)
            {
                segment.Span.CopyTo(content.AsSpan(received));
                hash?.AppendData(segment.Span);
                received += segment.Length;
            }

            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted && received < length)
                throw new S3Error(
                    400, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header");
        }

        return content;
    }

    // An empty value is no digest either.
    static byte[]? ReadMd5(S3Call call)
    {
        if (call.Header("Content-MD5") is not { } text)
            return null;
        var md5 = new byte[16];
        return text.Length == 24 && Convert.TryFromBase64String(text, md5, out var length) && length == md5.Length
            ? md5 : throw S3Error.InvalidDigest();
    }

    static (string Algorithm, string Value)? ReadChecksum(S3Call call)
    {
        (string Algorithm, string Value)? checksum = null;
        foreach (var algorithm in Checksums.Lengths.Keys)
        {
            if (call.Header($"x-amz-checksum-{algorithm}") is not { } value)
                continue;
            if (checksum is not null)
                throw S3Error.InvalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
            checksum = ParseChecksum(algorithm, value);
        }

        if (checksum is null && call.Header("x-amz-trailer") is null && call.Header("x-amz-sdk-checksum-algorithm") is not null)
        {
            throw S3Error.InvalidRequest(
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.");
        }

        return checksum;
    }

    static void CheckSha256(string wanted, byte[] content)
    {
        if (wanted.Length != 64 || wanted.AsSpan().ContainsAnyExcept(LowerHex))
        {
            throw S3Error.InvalidArgument(
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD "
                    + "or a valid sha256 value.");
        }

        if (Convert.ToHexStringLower(SHA256.HashData(content)) != wanted)
            throw new S3Error(
                400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.");
    }
}
