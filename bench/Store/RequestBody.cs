using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace DataTransferHub.Bench.Store;

/// <summary>Reads bodies of requests once, with their MD5.</summary>
/// <param name="statistics">Counts the bytes as they arrive.</param>
/// <param name="drops">Whether bodies are dropped after they were hashed.</param>
sealed class RequestBody(StoreStatistics statistics, bool drops)
{
    // A body up to this size is hashed in one call.
    const int Small = 32 * 1024;

    /// <summary>Reads an object or a part and checks its MD5.</summary>
    /// <exception cref="StoreError">It has another MD5 than announced, or an encoding that is not supported.</exception>
    public async ValueTask<(long Size, ETag ETag, ReceivedPieces? Body)> ReadAsync(StoreRequest request)
    {
        if (request.Header("x-amz-content-sha256") is { } hash && hash.StartsWith("STREAMING-", StringComparison.Ordinal))
            throw StoreError.NotImplemented("aws-chunked bodies");
        if (request.Http.Request.ContentLength is not { } length)
            throw new StoreError(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
        var (etag, body) = length <= Small
            ? await ReadSmallAsync(request.Http, (int)length)
            : await ReadLargeAsync(request.Http, length);
        if (request.Header("Content-MD5") is { } expected && !IsSame(etag, expected))
            throw StoreError.BadDigest();
        return (length, etag, body);
    }

    /// <summary>Reads a body and ignores it.</summary>
    public async ValueTask DrainAsync(HttpContext http)
    {
        var reader = http.Request.BodyReader;
        ReadResult result;
        do
        {
            result = await ReadOnAsync(reader, http);
            reader.AdvanceTo(result.Buffer.End);
        }
        while (!result.IsCompleted);
    }

    async ValueTask<(ETag ETag, ReceivedPieces? Body)> ReadSmallAsync(HttpContext http, int length)
    {
        var reader = http.Request.BodyReader;
        var result = await reader.ReadAtLeastAsync(length, http.RequestAborted);
        statistics.Received(result.Buffer.Length);
        if (result.Buffer.Length != length)
            throw new BadHttpRequestException("The body ended early.");
        var answer = Take(result.Buffer, length);
        reader.AdvanceTo(result.Buffer.End);
        return answer;
    }

    (ETag ETag, ReceivedPieces? Body) Take(ReadOnlySequence<byte> buffer, int length)
    {
        Span<byte> md5 = stackalloc byte[16];
        if (!drops)
        {
            var kept = buffer.ToArray();
            MD5.HashData(kept, md5);
            return (ETag.Of(md5), new ReceivedPieces([kept]));
        }

        if (buffer.IsSingleSegment)
        {
            MD5.HashData(buffer.FirstSpan, md5);
        }
        else
        {
            var whole = ArrayPool<byte>.Shared.Rent(length);
            buffer.CopyTo(whole);
            MD5.HashData(whole.AsSpan(0, length), md5);
            ArrayPool<byte>.Shared.Return(whole);
        }

        return (ETag.Of(md5), null);
    }

    async ValueTask<(ETag ETag, ReceivedPieces? Body)> ReadLargeAsync(HttpContext http, long length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var pieces = drops ? null : new List<byte[]>();
        var reader = http.Request.BodyReader;
        for (long received = 0; received < length;)
        {
            var result = await ReadOnAsync(reader, http);
            received += result.Buffer.Length;
            if (result.IsCompleted && received < length)
                throw new BadHttpRequestException("The body ended early.");
            foreach (var piece in result.Buffer)
                hash.AppendData(piece.Span);
            pieces?.Add(result.Buffer.ToArray());
            reader.AdvanceTo(result.Buffer.End);
        }

        return (ETag.Of(hash.GetHashAndReset()), pieces is null ? null : new ReceivedPieces(pieces));
    }

    async ValueTask<ReadResult> ReadOnAsync(PipeReader reader, HttpContext http)
    {
        var result = await reader.ReadAsync(http.RequestAborted);
        statistics.Received(result.Buffer.Length);
        return result;
    }

    static bool IsSame(ETag etag, string md5)
    {
        Span<byte> computed = stackalloc byte[16];
        Span<byte> announced = stackalloc byte[16];
        etag.CopyTo(computed);
        return Convert.TryFromBase64String(md5, announced, out var length) && computed.SequenceEqual(announced[..length]);
    }
}
