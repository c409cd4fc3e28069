using System.Buffers;
using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Settings;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Copying;

/// <summary>Both ends of a run, opened, and the way between them.</summary>
/// <param name="Settings">What was asked for.</param>
/// <param name="Source">Where objects come from.</param>
/// <param name="Destination">Where they go.</param>
/// <param name="Retry">How faults are retried.</param>
sealed record Transfer(ObjectTransferSettings Settings, IObjectStore Source, IObjectStore Destination, StoreRetry Retry)
{
    /// <summary>
    /// The size of the parts an object with a composite ETag was uploaded in, or null when the store does not tell: with the same
    /// boundaries the same ETag can be computed.
    /// </summary>
    public async Task<long?> FindPartSizeAsync(string key, long size, string etag, CancellationToken cancellationToken)
    {
        var parts = ETags.Parts(etag);
        if (parts <= 1) return parts == 1 ? Math.Max(1, size) : null;
        try
        {
            var first = await Source.HeadAsync(key, 1, cancellationToken);
            // Amazon answers with the object's ETag, others with the part's.
            var isSameVersion = ETags.Same(first.ETag, etag) || ETags.IsMd5(first.ETag);
            return isSameVersion && first.Size > 0 && (size + first.Size - 1) / first.Size == parts ? first.Size : null;
        }
        catch (StoreException fault) when (fault.Fault is StoreFault.Invalid or StoreFault.NotSupported)
        {
            return null;
        }
    }

    /// <summary>Reads bytes of the source, only to hash them.</summary>
    public async Task HashAsync(string key, ByteRange? range, long length, string etag, BodyHash hash, CancellationToken cancellationToken)
    {
        if (length == 0) return;
        using var body = await Source.GetAsync(key, range, etag, cancellationToken);
        await new RelayedContent(body, length, hash).WriteToAsync(Stream.Null, static () => { }, cancellationToken);
    }

    /// <summary>Reads a body into memory.</summary>
    public static async Task ReadAsync(ObjectBody body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var arrived = await body.Content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (arrived < buffer.Length) throw BodyStream.CutShort(buffer.Length, arrived);
    }

    /// <summary>Lends a buffer of at least so many bytes.</summary>
    public static async Task<T> WithBufferAsync<T>(int length, Func<Memory<byte>, Task<T>> work)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, length));
        try
        {
            return await work(buffer.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
