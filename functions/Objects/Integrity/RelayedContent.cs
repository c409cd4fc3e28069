using System.Buffers;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Integrity;

/// <summary>Content that is streamed from another store through one pooled buffer.</summary>
/// <param name="source">The content's source.</param>
/// <param name="length">The expected number of bytes; fewer or more is a fault.</param>
/// <param name="hash">Processes every byte.</param>
sealed class RelayedContent(ObjectBody source, long length, BodyHash hash) : ObjectContent(length)
{
    /// <summary>Size of the buffer, in bytes.</summary>
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
