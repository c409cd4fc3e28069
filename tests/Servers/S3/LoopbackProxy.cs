using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DataTransferHub.Servers.S3;

/// <summary>
/// An HTTP proxy that opens every tunnel to 127.0.0.1, whatever the name. A hub whose <c>HTTPS_PROXY</c> it is reaches
/// <c>bucket.s3.localhost</c>, which resolvers outside browsers do not know. It passes bytes as they are: TLS is between the two ends.
/// </summary>
public sealed class LoopbackProxy : IAsyncDisposable
{
    const int MaximumHead = 8192;

    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentBag<string> _hosts = [];
    readonly Task _accepting;

    LoopbackProxy()
    {
        _listener.Start();
        Url = new Uri($"http://{_listener.LocalEndpoint}");
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>Every name that a tunnel was opened for.</summary>
    public IReadOnlyCollection<string> Hosts => _hosts;

    /// <summary>Starts one.</summary>
    public static LoopbackProxy Start() => new();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        _stop.Dispose();
    }

    async Task AcceptAsync()
    {
        var tunnels = new ConcurrentDictionary<Task, bool>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token).ConfigureAwait(false);
                var tunnel = ServeAsync(client);
                tunnels[tunnel] = true;
                _ = tunnel.ContinueWith(ended => tunnels.TryRemove(ended, out _), TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(tunnels.Keys).ConfigureAwait(false);
        }
    }

    async Task ServeAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient { NoDelay = true };
        near.NoDelay = true;
        try
        {
            var stream = near.GetStream();
            // CONNECT bucket.s3.localhost:443 HTTP/1.1
            var target = (await ReadHeadAsync(stream).ConfigureAwait(false)).Split(' ', 3) is ["CONNECT", var name, _] ? name : "";
            var colon = target.LastIndexOf(':');
            if (colon < 0 || !int.TryParse(target.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            {
                await stream.WriteAsync("HTTP/1.1 405 Only CONNECT\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), _stop.Token)
                    .ConfigureAwait(false);
                return;
            }

            _hosts.Add(target[..colon]);
            await far.ConnectAsync(IPAddress.Loopback, port, _stop.Token).ConfigureAwait(false);
            await stream.WriteAsync("HTTP/1.1 200 Connected\r\n\r\n"u8.ToArray(), _stop.Token).ConfigureAwait(false);
            await Task.WhenAny(
                stream.CopyToAsync(far.GetStream(), _stop.Token), far.GetStream().CopyToAsync(stream, _stop.Token)).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException)
        {
            // Each end is told when the other has closed.
        }
    }

    // The client sends nothing after the head until the tunnel is open.
    async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new byte[MaximumHead];
        for (var length = 0; length < MaximumHead;)
        {
            var read = await stream.ReadAsync(head.AsMemory(length), _stop.Token).ConfigureAwait(false);
            if (read == 0)
                break;
            length += read;
            if (head.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
                return Encoding.ASCII.GetString(head, 0, length);
        }

        return "";
    }
}
