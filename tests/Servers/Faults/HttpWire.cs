using System.Globalization;
using System.Text;

namespace DataTransferHub.Servers.Faults;

/// <summary>How the end of a message's body is determined (RFC 9112, section 6).</summary>
enum BodyEnd
{
    /// <summary>There is none.</summary>
    NoBody,

    /// <summary>After <c>Content-Length</c> bytes.</summary>
    Length,

    /// <summary>After the last chunk.</summary>
    Chunked,

    /// <summary>When the connection closes.</summary>
    Close,
}

/// <summary>The head of an HTTP/1.x message, kept byte for byte.</summary>
sealed class MessageHead
{
    readonly string[] _lines;

    public MessageHead(byte[] raw)
    {
        Raw = raw;
        _lines = Encoding.Latin1.GetString(raw).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        StartLine = _lines[0].Split(' ', 3);
    }

    public byte[] Raw { get; }

    public string[] StartLine { get; }

    public int Status => int.Parse(StartLine[1], CultureInfo.InvariantCulture);

    public long Length => long.Parse(Header("Content-Length") ?? "0", CultureInfo.InvariantCulture);

    public string? Header(string name) => _lines.Skip(1)
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim())
        .FirstOrDefault();

    public bool Has(string name, string value) => Header(name)?.Contains(value, StringComparison.OrdinalIgnoreCase) == true;

    public BodyEnd RequestBody => Has("Transfer-Encoding", "chunked") ? BodyEnd.Chunked : Length > 0 ? BodyEnd.Length : BodyEnd.NoBody;

    public BodyEnd ResponseBody(string requestMethod) =>
        requestMethod == "HEAD" || Status is 204 or 304 || Status < 200 ? BodyEnd.NoBody
        : Has("Transfer-Encoding", "chunked") ? BodyEnd.Chunked
        : Header("Content-Length") is null ? BodyEnd.Close
        : BodyEnd.Length;

    /// <summary>Whether the sender closes the connection after this message.</summary>
    public bool IsLast => Has("Connection", "close")
        || (StartLine[0] == "HTTP/1.0" || StartLine[^1] == "HTTP/1.0") && !Has("Connection", "keep-alive");
}

/// <summary>What is done to a body on its way: positions in its bytes, or -1 for nothing.</summary>
readonly record struct Tampering(long FlipAt, long CutAt)
{
    public static Tampering Nothing { get; } = new(-1, -1);
}

/// <summary>The connection was cut by the plan.</summary>
sealed class CutException : IOException;

/// <summary>Reads HTTP messages from a stream and passes bodies on as they come.</summary>
sealed class HttpWire(Stream stream)
{
    readonly byte[] _buffer = new byte[64 * 1024];
    int _start;
    int _end;

    /// <summary>The next message's head, or null when the peer closed between messages.</summary>
    public async Task<MessageHead?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var head = new List<byte>(1024);
        while (true)
        {
            var line = await ReadLineAsync(cancellationToken).ConfigureAwait(false);
            if (line is null)
                return head.Count == 0 ? null : throw new EndOfStreamException();
            if (line.Length == 2 && head.Count == 0)
                continue;
            head.AddRange(line);
            if (line.Length == 2)
                return new MessageHead([.. head]);
        }
    }

    /// <summary>Passes the body on; <paramref name="to"/> may be null to drop it.</summary>
    /// <exception cref="CutException">The tampering ended it.</exception>
    public async Task CopyBodyAsync(Stream? to, BodyEnd end, long length, Tampering tampering, CancellationToken cancellationToken)
    {
        var passed = 0L;
        switch (end)
        {
            case BodyEnd.NoBody:
                return;
            case BodyEnd.Length:
                await CopyAsync(length).ConfigureAwait(false);
                return;
            case BodyEnd.Close:
                while (await FillAsync(cancellationToken).ConfigureAwait(false))
                    await CopyAsync(_end - _start).ConfigureAwait(false);
                return;
            case BodyEnd.Chunked:
                while (true)
                {
                    var size = await PassLineAsync().ConfigureAwait(false);
                    var chunk = long.Parse(
                        Encoding.Latin1.GetString(size).Split(';', '\r')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                    if (chunk == 0)
                        break;
                    await CopyAsync(chunk).ConfigureAwait(false);
                    await PassLineAsync().ConfigureAwait(false);
                }

                while ((await PassLineAsync().ConfigureAwait(false)).Length > 2)
                {
                }

                return;
            default:
                throw new ArgumentOutOfRangeException(nameof(end));
        }

        async Task<byte[]> PassLineAsync()
        {
            var line = await ReadLineAsync(cancellationToken).ConfigureAwait(false) ?? throw new EndOfStreamException();
            if (to is not null)
                await to.WriteAsync(line, cancellationToken).ConfigureAwait(false);
            return line;
        }

        async Task CopyAsync(long count)
        {
            while (count > 0)
            {
                if (_start == _end && !await FillAsync(cancellationToken).ConfigureAwait(false))
                    throw new EndOfStreamException();
                var piece = (int)Math.Min(count, _end - _start);
                if (tampering.FlipAt >= passed && tampering.FlipAt < passed + piece)
                    _buffer[_start + (int)(tampering.FlipAt - passed)] ^= 1;
                var cut = tampering.CutAt >= 0 && tampering.CutAt < passed + piece;
                var pass = cut ? (int)(tampering.CutAt - passed) : piece;
                if (to is not null)
                    await to.WriteAsync(_buffer.AsMemory(_start, pass), cancellationToken).ConfigureAwait(false);
                if (cut)
                    throw new CutException();
                _start += piece;
                passed += piece;
                count -= piece;
            }
        }
    }

    async Task<byte[]?> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new List<byte>(128);
        while (true)
        {
            if (_start == _end && !await FillAsync(cancellationToken).ConfigureAwait(false))
                return line.Count == 0 ? null : throw new EndOfStreamException();
            var at = Array.IndexOf(_buffer, (byte)'\n', _start, _end - _start);
            var until = at < 0 ? _end : at + 1;
            line.AddRange(_buffer[_start..until]);
            _start = until;
            if (at >= 0)
                return [.. line];
        }
    }

    async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start < _end)
            return true;
        _start = 0;
        _end = await stream.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
        return _end > 0;
    }
}
