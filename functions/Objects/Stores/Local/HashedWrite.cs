using System.Security.Cryptography;

namespace DataTransferHub.Objects.Stores.Local;

/// <summary>Writes content to a file, computes its MD5, and flushes the file to disk.</summary>
static class HashedWrite
{
    /// <summary>Writes at the file's position.</summary>
    /// <returns>The MD5 of the written content.</returns>
    /// <exception cref="StoreException">The content does not have the expected length or MD5.</exception>
    public static async Task<Checksum> ToAsync(
        FileStream file, ObjectContent content, Checksum? expected, StoreSide side, CancellationToken cancellationToken)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        await using var destination = new Hashing(file, md5);
        await content.WriteToAsync(destination, static () => { }, cancellationToken);
        if (destination.Written != content.Length)
            throw BodyStream.CutShort(side, content.Length, destination.Written);
        file.Flush(flushToDisk: true);
        var written = Checksum.OfMd5(md5.GetHashAndReset());
        return expected is null || written == expected
            ? written
            : throw new StoreException(side, StoreFault.Corrupt, $"the received bytes have the MD5 {written}, not {expected}");
    }

    sealed class Hashing(FileStream file, IncrementalHash hash) : Stream
    {
        public long Written { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            hash.AppendData(buffer.Span);
            await file.WriteAsync(buffer, cancellationToken);
            Written += buffer.Length;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
