using Microsoft.AspNetCore.Http;

namespace DataTransferHub.Bench.Store;

/// <summary>An answer whose headers are set, and which is sent when its time has come. Dispose frees its document.</summary>
sealed class Answer : IDisposable
{
    // At most so many bytes are copied to the connection before it is flushed.
    const int WriteBytes = 64 * 1024;

    readonly int _status;
    readonly XmlBuffer? _document;
    readonly (IStoredBody Body, long From, long Count)? _content;
    readonly long? _length;

    Answer(int status, XmlBuffer? document = null, (IStoredBody Body, long From, long Count)? content = null, long? length = null)
    {
        _status = status;
        _document = document;
        _content = content;
        _length = length;
    }

    public static Answer Empty(int status = StatusCodes.Status200OK) => new(status, length: 0);

    /// <summary>The answer to a HEAD request, with a length and no body.</summary>
    public static Answer Head(int status, long length) => new(status, length: length);

    public static Answer Document(XmlBuffer document, int status = StatusCodes.Status200OK) => new(status, document);

    public static Answer Content(int status, IStoredBody body, long from, long count) => new(status, content: (body, from, count));

    /// <summary>Sends it and returns the number of bytes of the body.</summary>
    public async ValueTask<long> SendAsync(HttpContext http)
    {
        var response = http.Response;
        response.StatusCode = _status;
        if (_document is not null)
        {
            response.ContentType = "application/xml";
            response.ContentLength = _document.Written.Length;
            await response.BodyWriter.WriteAsync(_document.Written, http.RequestAborted);
            return _document.Written.Length;
        }

        if (_content is not var (body, from, count))
        {
            if (_status != StatusCodes.Status204NoContent)
                response.ContentLength = _length;
            return 0;
        }

        response.ContentLength = count;
        foreach (var piece in body.Read(from, count))
        {
            for (var at = 0; at < piece.Length; at += WriteBytes)
                await response.BodyWriter.WriteAsync(piece.Slice(at, Math.Min(WriteBytes, piece.Length - at)), http.RequestAborted);
        }

        return count;
    }

    public void Dispose() => _document?.Dispose();
}
