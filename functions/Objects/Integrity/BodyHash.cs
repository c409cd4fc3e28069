using System.Security.Cryptography;

namespace DataTransferHub.Objects.Integrity;

/// <summary>What is computed over a body while it passes: any of its MD5, its composite ETag, and a chained MD5.</summary>
sealed class BodyHash : IDisposable
{
    readonly IncrementalHash? _md5;
    readonly CompositeETag? _composite;
    readonly ChainedMd5? _chain;
    byte[]? _digest;

    public BodyHash(bool md5 = false, CompositeETag? composite = null, ChainedMd5? chain = null)
    {
        _md5 = md5 ? IncrementalHash.CreateHash(HashAlgorithmName.MD5) : null;
        _composite = composite;
        _chain = chain;
    }

    /// <summary>The MD5 of all bytes; only when it was asked for.</summary>
    public ReadOnlyMemory<byte> Md5 => _digest ??= _md5!.GetHashAndReset();

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _md5?.AppendData(bytes);
        _composite?.Append(bytes);
        _chain?.Append(bytes);
    }

    public void Dispose()
    {
        _md5?.Dispose();
        _composite?.Dispose();
    }
}
