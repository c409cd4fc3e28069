using System.Globalization;
using System.Text;

namespace DataTransferHub.Servers.S3.Memory;

/// <summary>Writes the documents of the protocol. Characters that XML does not allow become references, as Amazon writes them.</summary>
sealed class XmlText
{
    readonly StringBuilder _text = new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", 1024);

    public XmlText Open(string name)
    {
        _text.Append('<').Append(name).Append('>');
        return this;
    }

    /// <summary>Opens the root, in the namespace of S3.</summary>
    public XmlText Root(string name)
    {
        _text.Append('<').Append(name).Append(" xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        return this;
    }

    public XmlText Close(string name)
    {
        _text.Append("</").Append(name).Append('>');
        return this;
    }

    /// <summary>An element with text; none where there is no text.</summary>
    public XmlText Element(string name, string? value)
    {
        if (value is null)
            return this;
        Open(name);
        foreach (var c in value)
        {
            switch (c)
            {
                case '&': _text.Append("&amp;"); break;
                case '<': _text.Append("&lt;"); break;
                case '>': _text.Append("&gt;"); break;
                case '"': _text.Append("&quot;"); break;
                case < ' ': _text.Append(CultureInfo.InvariantCulture, $"&#x{(int)c:x};"); break;
                default: _text.Append(c); break;
            }
        }

        return Close(name);
    }

    public XmlText Element(string name, long value) => Element(name, value.ToString(CultureInfo.InvariantCulture));

    public XmlText Element(string name, bool value) => Element(name, value ? "true" : "false");

    public XmlText Element(string name, DateTimeOffset value) =>
        Element(name, value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(_text.ToString());
}
