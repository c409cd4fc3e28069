using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Routes;

/// <summary>An object or a part that is held in memory until its MD5 is known. Dispose releases the memory.</summary>
/// <param name="length">Its size in bytes.</param>
/// <param name="blocks">Its content; every block except the last is full.</param>
/// <param name="release">Returns the blocks to the pool.</param>
sealed class HeldBytes(
    long length, IReadOnlyList<byte[]> blocks, Action<IReadOnlyList<byte[]>> release) : ObjectContent(length), IDisposable
{
    /// <summary>Reads a body, which must have the same size.</summary>
    public async Task FillAsync(ObjectBody body, CancellationToken cancellationToken)
    {
        var arrived = 0L;
        foreach (var piece in Pieces())
        {
            var read = await body.Content.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancellationToken);
            arrived += read;
            if (read < piece.Length)
                throw BodyStream.CutShort(body.Side, Length, arrived);
        }

        await body.EnsureEndAsync(cancellationToken);
    }

    /// <summary>Hashes all bytes.</summary>
    public void AppendTo(BodyHash hash)
    {
        foreach (var piece in Pieces())
            hash.Append(piece.Span);
    }

    public override async Task WriteToAsync(Stream destination, Action progress, CancellationToken cancellationToken)
    {
        foreach (var piece in Pieces())
        {
            await destination.WriteAsync(piece, cancellationToken);
            progress();
        }
    }

    public void Dispose() => release(blocks);

    IEnumerable<Memory<byte>> Pieces()
    {
        var left = Length;
        foreach (var block in blocks)
        {
            var piece = block.AsMemory(0, (int)Math.Min(block.Length, left));
            left -= piece.Length;
            yield return piece;
        }
    }
}
