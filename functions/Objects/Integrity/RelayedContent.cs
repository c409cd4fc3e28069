using System.Buffers;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Integrity;

/// <summary>Bytes that are passed on as they come from another store, through one pooled buffer.</summary>
/// <param name="source">Where they come from.</param>
/// <param name="length">How many must come; fewer or more is a fault.</param>
/// <param name="hash">Sees every byte that is passed on.</param>
sealed class RelayedContent(ObjectBody source, long length, BodyHash hash) : ObjectContent(length)
{
    /// <summary>Bytes of the buffer through which a body is passed on.</summary>
    public const int BufferSize = 128 * 1024;

    public override async Task WriteToAsync(Stream destination, Action progress, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(BufferSize, Math.Max(1, Length)));
        try
        {
            for (var left = Length; left > 0;)
            {
                var read = await source.Content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken);
                if (read == 0)
                    throw BodyStream.CutShort(source.Side, Length, Length - left);
                hash.Append(buffer.AsSpan(0, read));
                progress();
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                progress();
                left -= read;
            }

            await source.EnsureEndAsync(cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
