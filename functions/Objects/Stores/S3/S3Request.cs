using System.Net;
using System.Text;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>One request before it is signed.</summary>
/// <param name="method">The HTTP method.</param>
/// <param name="key">The object, or null for the bucket.</param>
sealed class S3Request(HttpMethod method, string? key)
{
    readonly List<(string Name, string? Value)> _query = [];

    public HttpMethod Method => method;

    public string? Key => key;

    /// <summary>Headers to send signed, by lower-case name.</summary>
    public List<KeyValuePair<string, string>> Headers { get; } = [];

    /// <summary>Headers to send unsigned.</summary>
    public List<KeyValuePair<string, string>> UnsignedHeaders { get; } = [];

    /// <summary>The body, or null.</summary>
    public ObjectContent? Content { get; init; }

    /// <summary>Adds a query parameter; with a null value, the name only.</summary>
    public S3Request With(string name, string? value)
    {
        _query.Add((name, value is null ? null : S3Path.EncodeQuery(value)));
        return this;
    }

    /// <summary>The query in its sent and its signed form, both without the question mark.</summary>
    public (string Sent, string Signed) Query()
    {
        if (_query.Count == 0)
            return ("", "");
        _query.Sort(static (x, y) => string.CompareOrdinal(x.Name, y.Name));
        var text = new StringBuilder();
        foreach (var (name, value) in _query)
        {
            if (text.Length > 0)
                text.Append('&');
            text.Append(name).Append('=').Append(value);
        }

        var signed = text.ToString();
        return (_query.Count == 1 && _query[0].Value is null ? _query[0].Name : signed, signed);
    }
}

/// <summary>Sends an <see cref="ObjectContent"/> over HTTP.</summary>
/// <param name="content">The content.</param>
/// <param name="progress">Called whenever bytes have been sent.</param>
sealed class S3Content(ObjectContent content, Action progress) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        content.WriteToAsync(stream, progress, cancellationToken);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = content.Length;
        return true;
    }
}
