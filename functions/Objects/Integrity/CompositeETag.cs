using System.Globalization;
using System.Security.Cryptography;

namespace DataTransferHub.Objects.Integrity;

/// <summary>
/// The ETag of an object that was uploaded in parts: MD5 over the parts' MD5s, a dash, their number. Computed while the content
/// passes.
/// </summary>
/// <param name="layout">Where the parts begin and end.</param>
sealed class CompositeETag(PartLayout layout) : IDisposable
{
    readonly IncrementalHash _part = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    readonly IncrementalHash _all = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    long _inPart;
    int _parts;

    /// <summary>The ETag of an object joined of parts with these ETags (plain MD5s), in order.</summary>
    public static string Of(IEnumerable<string> partETags)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var parts = 0;
        foreach (var etag in partETags)
        {
            all.AppendData(Convert.FromHexString(etag));
            parts++;
        }

        return Text(all.GetHashAndReset(), parts);
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

    /// <summary>The ETag of all bytes seen. Ends the computation.</summary>
    public string Finish()
    {
        if (_inPart > 0 || _parts == 0)
            EndPart();
        return Text(_all.GetHashAndReset(), _parts);
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

    static string Text(byte[] md5, int parts) => string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(md5)}-{parts}");
}
