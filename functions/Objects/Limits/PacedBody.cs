using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Limits;

/// <summary>A body that is read at a pace.</summary>
/// <param name="inner">The body.</param>
/// <param name="pace">The pace.</param>
sealed class PacedBody(Stream inner, Pace pace) : ForwardBody
{
    readonly PacedBytes _bytes = new(pace);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer[.._bytes.Piece(buffer.Length)], cancellationToken);
        await _bytes.TakeAsync(read, null, cancellationToken);
        return read;
    }
}
