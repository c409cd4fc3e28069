using System.Security.Cryptography;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Integrity;

/// <summary>Checksums computed of a body while it is streamed: its MD5, the MD5 of its parts, and a chained MD5, as requested.</summary>
sealed class BodyHash : IDisposable
{
    readonly IncrementalHash? _md5;
    readonly Md5OfParts? _ofParts;
    readonly ChainedMd5? _chain;

    // With a chained MD5, both are computed together; alone, the platform's MD5 is faster.
    readonly ChainedMd5? _md5BesideChain;
    Checksum? _digest;

    public BodyHash(bool md5 = false, Md5OfParts? ofParts = null, ChainedMd5? chain = null)
    {
        _md5 = md5 && chain is null ? IncrementalHash.CreateHash(HashAlgorithmName.MD5) : null;
        _md5BesideChain = md5 && chain is not null ? new ChainedMd5() : null;
        _ofParts = ofParts;
        _chain = chain;
    }

    /// <summary>The MD5 of all bytes; only if it was requested.</summary>
    public Checksum Md5 => _digest ??= Checksum.OfMd5(_md5BesideChain?.Digest() ?? _md5!.GetHashAndReset());

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _md5?.AppendData(bytes);
        _ofParts?.Append(bytes);
        if (_chain is not null && _md5BesideChain is not null)
            ChainedMd5.Append(_chain, _md5BesideChain, bytes);
        else
            _chain?.Append(bytes);
    }

    public void Dispose()
    {
        _md5?.Dispose();
        _ofParts?.Dispose();
    }
}
