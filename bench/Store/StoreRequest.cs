using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DataTransferHub.Bench.Store;

/// <summary>A request with its path-style address, read from the bytes of its target.</summary>
sealed class StoreRequest
{
    readonly string _query;

    public StoreRequest(HttpContext http)
    {
        Http = http;
        Method = http.Request.Method;
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        _query = question < 0 ? "" : target[(question + 1)..];
        var path = (question < 0 ? target : target[..question]).AsSpan().TrimStart('/');
        var slash = path.IndexOf('/');
        Bucket = (slash < 0 ? path : path[..slash]).ToString();
        Key = slash < 0 ? [] : Decode(path[(slash + 1)..], plusIsSpace: false);
    }

    public HttpContext Http { get; }

    public string Method { get; }

    /// <summary>The bucket; empty for the service.</summary>
    public string Bucket { get; }

    /// <summary>The object's key in UTF-8; empty for the bucket.</summary>
    public byte[] Key { get; }

    public bool Has(string name) => Raw(name, out _);

    /// <summary>The bytes of a query parameter; none if it is missing.</summary>
    public byte[] Bytes(string name) => Raw(name, out var value) ? Decode(value, plusIsSpace: true) : [];

    /// <summary>The text of a query parameter; empty if it is missing.</summary>
    public string Text(string name) => Encoding.UTF8.GetString(Bytes(name));

    /// <exception cref="StoreError">It is no number.</exception>
    public int Number(string name, int otherwise)
    {
        if (!Raw(name, out var value) || value.Length == 0)
            return otherwise;
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw StoreError.InvalidArgument($"{name} is not a number");
    }

    /// <summary>A header, or null.</summary>
    public string? Header(string name) => Http.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    bool Raw(string name, out ReadOnlySpan<char> value)
    {
        var query = _query.AsSpan();
        foreach (var range in query.Split('&'))
        {
            var pair = query[range];
            if (!pair.StartsWith(name, StringComparison.Ordinal) || pair.Length > name.Length && pair[name.Length] != '=')
                continue;
            value = pair.Length > name.Length ? pair[(name.Length + 1)..] : [];
            return true;
        }

        value = [];
        return false;
    }

    static byte[] Decode(ReadOnlySpan<char> text, bool plusIsSpace)
    {
        var bytes = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length
                && byte.TryParse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
            {
                bytes[length++] = octet;
                i += 2;
            }
            else
            {
                bytes[length++] = text[i] == '+' && plusIsSpace ? (byte)' ' : (byte)text[i];
            }
        }

        return length == bytes.Length ? bytes : bytes[..length];
    }
}
