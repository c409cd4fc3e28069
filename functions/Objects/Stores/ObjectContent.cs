
namespace DataTransferHub.Objects.Stores;

/// <summary>Content to be written to a store, of known length.</summary>
/// <param name="length">Length in bytes.</param>
abstract class ObjectContent(long length)
{
    public long Length => length;

    /// <summary>A CRC or SHA-256 of the content for the store to check, beside the MD5; null if none is known beforehand.</summary>
    public Checksum? Additional { get; set; }

    /// <summary>Writes the content; may be called once. <paramref name="progress"/> is called whenever bytes have been written.</summary>
    public abstract Task WriteToAsync(Stream destination, Action progress, CancellationToken cancellationToken);
}

/// <summary>Content in memory.</summary>
sealed class MemoryContent(ReadOnlyMemory<byte> bytes) : ObjectContent(bytes.Length)
{
    public override async Task WriteToAsync(Stream destination, Action progress, CancellationToken cancellationToken)
    {
        await destination.WriteAsync(bytes, cancellationToken);
        progress();
    }
}
