using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace DataTransferHub.Bench.Store;

/// <summary>Writes a document of the protocol into one rented array.</summary>
/// <param name="urlEncodes">Whether names of objects are URL-encoded (<c>encoding-type=url</c>).</param>
sealed class XmlBuffer(bool urlEncodes = false) : IDisposable
{
    static readonly SearchValues<byte> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"u8);

    byte[] _bytes = ArrayPool<byte>.Shared.Rent(4096);
    int _length;

    // Most entries of a page were written in the same second as the one before.
    DateTime _modified;
    readonly byte[] _modifiedText = new byte[24];

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public XmlBuffer Raw(ReadOnlySpan<byte> xml)
    {
        xml.CopyTo(Reserve(xml.Length));
        _length += xml.Length;
        return this;
    }

    public XmlBuffer Number(long number)
    {
        Utf8Formatter.TryFormat(number, Reserve(20), out var length);
        _length += length;
        return this;
    }

    public XmlBuffer Boolean(bool value) => Raw(value ? "true"u8 : "false"u8);

    public XmlBuffer Time(DateTime time)
    {
        if (time != _modified)
        {
            time.TryFormat(_modifiedText, out _, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            _modified = time;
        }

        return Raw(_modifiedText);
    }

    public XmlBuffer ETag(ETag etag)
    {
        Raw("&quot;"u8);
        _length += etag.WriteTo(Reserve(Store.ETag.MaximumLength));
        return Raw("&quot;"u8);
    }

    public XmlBuffer Text(string text) => Escaped(Encoding.UTF8.GetBytes(text));

    /// <summary>A key, a prefix or a delimiter.</summary>
    public XmlBuffer Name(ReadOnlySpan<byte> name)
    {
        if (!name.ContainsAnyExcept(Plain))
            return Raw(name);
        if (!urlEncodes)
            return Escaped(name);
        foreach (var octet in name)
        {
            if (Plain.Contains(octet))
                Raw([octet]);
            else
                Raw(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"%{octet:X2}")));
        }

        return this;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

    XmlBuffer Escaped(ReadOnlySpan<byte> text)
    {
        foreach (var octet in text)
        {
            switch (octet)
            {
                case (byte)'&': Raw("&amp;"u8); break;
                case (byte)'<': Raw("&lt;"u8); break;
                case (byte)'>': Raw("&gt;"u8); break;
                case (byte)'"': Raw("&quot;"u8); break;
                case < 0x20: Raw("&#"u8).Number(octet).Raw(";"u8); break;
                default: Raw([octet]); break;
            }
        }

        return this;
    }

    Span<byte> Reserve(int count)
    {
        if (_bytes.Length - _length < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 4, _length + count));
            _bytes.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes.AsSpan(_length);
    }
}
