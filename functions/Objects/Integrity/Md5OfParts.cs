using System.Security.Cryptography;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Integrity;

/// <summary>Computes a <see cref="ChecksumKind.Md5OfParts"/> while the content is streamed.</summary>
/// <param name="layout">The boundaries of the parts.</param>
sealed class Md5OfParts(PartLayout layout) : IDisposable
{
    readonly IncrementalHash _part = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    readonly IncrementalHash _all = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    long _inPart;
    int _parts;

    /// <summary>The checksum of an object joined from parts with these MD5s, in order.</summary>
    public static Checksum Of(IEnumerable<Checksum> parts)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var count = 0;
        foreach (var part in parts)
        {
            all.AppendData(part.ToBytes());
            count++;
        }

        return Checksum.OfParts(all.GetHashAndReset(), count);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var left = layout.LengthOf(_parts + 1) - _inPart;
            var taken = (int)Math.Min(bytes.Length, left);
            _part.AppendData(bytes[..taken]);
            _inPart += taken;
            bytes = bytes[taken..];
            if (taken == left)
                EndPart();
        }
    }

    /// <summary>The checksum of all bytes processed. Ends the computation.</summary>
    public Checksum Finish()
    {
        if (_inPart > 0 || _parts == 0)
            EndPart();
        return Checksum.OfParts(_all.GetHashAndReset(), _parts);
    }

    public void Dispose()
    {
        _part.Dispose();
        _all.Dispose();
    }

    void EndPart()
    {
        _all.AppendData(_part.GetHashAndReset());
        _inPart = 0;
        _parts++;
    }
}
