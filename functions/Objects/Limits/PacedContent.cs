using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Limits;

/// <summary>Content that is written at a pace.</summary>
sealed class PacedContent : ObjectContent
{
    readonly ObjectContent _inner;
    readonly Pace _pace;

    /// <param name="inner">The content.</param>
    /// <param name="pace">The pace.</param>
    public PacedContent(ObjectContent inner, Pace pace) : base(inner.Length) =>
        (_inner, _pace, Additional) = (inner, pace, inner.Additional);

    public override Task WriteToAsync(Stream destination, Action progress, CancellationToken cancellationToken) =>
        _inner.WriteToAsync(new PacedStream(destination, _pace, progress), progress, cancellationToken);

    sealed class PacedStream(Stream inner, Pace pace, Action progress) : ForwardBody
    {
        readonly PacedBytes _bytes = new(pace);

        public override bool CanRead => false;

        public override bool CanWrite => true;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (buffer.Length > 0)
            {
                var piece = _bytes.Piece(buffer.Length);
                await _bytes.TakeAsync(piece, progress, cancellationToken);
                await inner.WriteAsync(buffer[..piece], cancellationToken);
                buffer = buffer[piece..];
            }
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
    }
}
