namespace DataTransferHub.Objects.Limits;

/// <summary>The bytes of one body in progress at a pace. Its first bytes were taken with its start.</summary>
/// <param name="pace">The pace.</param>
sealed class PacedBytes(Pace pace)
{
    int _free = Pace.FirstBytes;

    /// <summary>See <see cref="Pace.Piece"/>.</summary>
    public int Piece(int length) => pace.Piece(length);

    /// <summary>See <see cref="Pace.TakeAsync"/>.</summary>
    public ValueTask TakeAsync(int bytes, Action? waiting, CancellationToken cancellationToken)
    {
        var free = Math.Min(_free, bytes);
        _free -= free;
        return bytes > free ? pace.TakeAsync(bytes - free, waiting, cancellationToken) : ValueTask.CompletedTask;
    }
}
