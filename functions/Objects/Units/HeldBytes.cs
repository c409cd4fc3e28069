using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Units;

/// <summary>An object or a part that is held whole in memory, until its MD5 is known. Dispose gives the memory back.</summary>
/// <param name="length">Its bytes.</param>
/// <param name="blocks">Where they are: every block is full but the last.</param>
/// <param name="release">Takes the blocks back.</param>
sealed class HeldBytes(
    long length, IReadOnlyList<byte[]> blocks, Action<IReadOnlyList<byte[]>> release) : ObjectContent(length), IDisposable
{
    /// <summary>Reads a body, which must have as many bytes.</summary>
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

    /// <summary>Computes over all bytes.</summary>
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
