using System.Security.Cryptography;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Integrity;

/// <summary>
/// Checksums computed of a body while it is streamed: its MD5, the MD5 of its parts, a chained MD5, and one of another kind, as requested.
/// </summary>
sealed class BodyHash : IDisposable
{
    readonly IncrementalHash? _md5;
    readonly Md5OfParts? _ofParts;
    readonly ChainedMd5? _chain;

    // With a chained MD5, both are computed together; alone, the platform's MD5 is faster.
    readonly ChainedMd5? _md5BesideChain;
    readonly Crc? _crc;
    readonly IncrementalHash? _sha256;
    Checksum? _digest;
    Checksum? _other;

    /// <param name="md5">Whether the MD5 is computed.</param>
    /// <param name="ofParts">Computes the MD5 of parts, or null. Is disposed.</param>
    /// <param name="chain">Computes a chained MD5, or null.</param>
    /// <param name="other">A CRC or SHA-256 to compute, or null.</param>
    public BodyHash(bool md5 = false, Md5OfParts? ofParts = null, ChainedMd5? chain = null, ChecksumKind? other = null)
    {
        if (other is ChecksumKind.Sha256)
            _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        else if (other is { } kind)
            _crc = new Crc(kind);
        _md5 = md5 && chain is null ? IncrementalHash.CreateHash(HashAlgorithmName.MD5) : null;
        _md5BesideChain = md5 && chain is not null ? new ChainedMd5() : null;
        _ofParts = ofParts;
        _chain = chain;
    }

    /// <summary>The MD5 of all bytes; only if it was requested.</summary>
    public Checksum Md5 => _digest ??= Checksum.OfMd5(_md5BesideChain?.Digest() ?? _md5!.GetHashAndReset());

    /// <summary>The checksum of the other kind of all bytes; null if none was requested.</summary>
    public Checksum? Other => _other ??= _sha256 is null
        ? _crc?.Checksum
        : new Checksum(ChecksumKind.Sha256, Convert.ToHexStringLower(_sha256.GetHashAndReset()));

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _md5?.AppendData(bytes);
        _ofParts?.Append(bytes);
        _crc?.Append(bytes);
        _sha256?.AppendData(bytes);
        if (_chain is not null && _md5BesideChain is not null)
            ChainedMd5.Append(_chain, _md5BesideChain, bytes);
        else
            _chain?.Append(bytes);
    }

    public void Dispose()
    {
        _md5?.Dispose();
        _ofParts?.Dispose();
        _sha256?.Dispose();
    }
}
