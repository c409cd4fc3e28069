using System.Net;
using System.Text;
using DataTransferHub.Objects.Settings;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>
/// The connection pool that all stores share. Redirects, cookies and decompression are off: bytes are passed unchanged.
/// </summary>
sealed class S3Transport : IDisposable
{
    readonly HttpMessageInvoker _invoker;

    public S3Transport(ObjectOptions options)
        : this(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectTimeout,
            MaxConnectionsPerServer = options.MaximumConnectionsPerHost,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20),
            ActivityHeadersPropagator = null,
            // Metadata is copied byte for byte, whatever its encoding.
            RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        })
    {
    }

    /// <summary>A transport over another handler, for tests.</summary>
    public S3Transport(HttpMessageHandler handler) => _invoker = new HttpMessageInvoker(handler);

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _invoker.SendAsync(request, cancellationToken);

    public void Dispose() => _invoker.Dispose();
}
