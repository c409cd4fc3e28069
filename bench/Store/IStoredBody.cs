namespace DataTransferHub.Bench.Store;

/// <summary>The bytes of an object.</summary>
interface IStoredBody
{
    /// <summary>Bytes from one on, as many as asked for.</summary>
    IEnumerable<ReadOnlyMemory<byte>> Read(long from, long count);
}

/// <summary>Bytes that were received, in the pieces in which they came.</summary>
sealed class ReceivedPieces(IReadOnlyList<byte[]> pieces) : IStoredBody
{
    public IReadOnlyList<byte[]> Pieces => pieces;

    public IEnumerable<ReadOnlyMemory<byte>> Read(long from, long count)
    {
        foreach (var piece in pieces)
        {
            if (count == 0)
                yield break;
            if (from >= piece.Length)
            {
                from -= piece.Length;
                continue;
            }

            var length = (int)Math.Min(count, piece.Length - from);
            yield return piece.AsMemory((int)from, length);
            from = 0;
            count -= length;
        }
    }
}

/// <summary>
/// Bytes of one random block that all generated objects share, read in a circle from an offset: objects differ and need no memory.
/// </summary>
sealed class GeneratedBody(int offset) : IStoredBody
{
    const int BlockBytes = 4 << 20;

    static readonly byte[] Block = Generate();

    /// <summary>The body of the object with a number; the same in every process.</summary>
    public static GeneratedBody Of(int number) => new((int)(number * 7919L % BlockBytes));

    public IEnumerable<ReadOnlyMemory<byte>> Read(long from, long count)
    {
        for (var at = (int)((offset + from) % BlockBytes); count > 0; at = 0)
        {
            var length = (int)Math.Min(count, BlockBytes - at);
            yield return Block.AsMemory(at, length);
            count -= length;
        }
    }

    static byte[] Generate()
    {
        var block = new byte[BlockBytes];
        new Random(1).NextBytes(block);
        return block;
    }
}
