
namespace DataTransferHub.Objects.Stores;

/// <summary>Bytes to be written to a store, of known length.</summary>
/// <param name="length">Their number.</param>
abstract class ObjectContent(long length)
{
    public long Length => length;

    /// <summary>Writes them, once. <paramref name="progress"/> is called whenever some have gone.</summary>
    public abstract Task WriteToAsync(Stream destination, Action progress, CancellationToken cancellationToken);
}

/// <summary>Bytes that are in memory.</summary>
sealed class MemoryContent(ReadOnlyMemory<byte> bytes) : ObjectContent(bytes.Length)
{
    public override async Task WriteToAsync(Stream destination, Action progress, CancellationToken cancellationToken)
    {
        await destination.WriteAsync(bytes, cancellationToken);
        progress();
    }
}
