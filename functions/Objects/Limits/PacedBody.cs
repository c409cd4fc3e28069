using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Limits;

/// <summary>A body that is read at a pace. Its first bytes were taken with its start.</summary>
/// <param name="inner">The body.</param>
/// <param name="pace">The pace.</param>
sealed class PacedBody(Stream inner, Pace pace) : ForwardBody
{
    int _free = Pace.FirstBytes;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer[..pace.Piece(buffer.Length)], cancellationToken);
        var free = Math.Min(_free, read);
        _free -= free;
        if (read > free)
            await pace.TakeAsync(read - free, null, cancellationToken);
        return read;
    }
}
