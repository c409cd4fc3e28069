using System.ComponentModel;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Cli.S3;

namespace DataTransferHub.Servers.S3;

/// <summary>
/// The S3 gateway of Ceph on a cluster of its own: one monitor and one object store in memory. It is strict where Moto and s3rver are
/// not, and takes plain HTTP and TLS, with the bucket in the path or in the host. Needs Debian's <c>ceph-mon</c>, <c>ceph-osd</c>,
/// <c>ceph-common</c> and <c>radosgw</c>. Starts in a few seconds; share it.
/// </summary>
public sealed class RadosgwServer : S3Server
{
    /// <summary>
    /// Buckets are subdomains of it. No resolver need know it: see <see cref="CreateHandler"/> and <see cref="LoopbackProxy"/>.
    /// </summary>
    public const string Domain = "s3.localhost";

    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    readonly CephCluster _cluster;
    readonly X509Certificate2 _certificate;

    RadosgwServer(CephCluster cluster, X509Certificate2 certificate, int port, int securePort)
        : base(port, CephCluster.AccessKey, CephCluster.SecretKey)
    {
        _cluster = cluster;
        _certificate = certificate;
        NamedUrl = new Uri($"http://{Domain}:{port}");
        SecureUrl = new Uri($"https://{Domain}:{securePort}");
    }

    /// <summary>Where it listens under its name, for buckets in the host.</summary>
    public Uri NamedUrl { get; }

    /// <summary>Where it listens with TLS under its name.</summary>
    public Uri SecureUrl { get; }

    /// <summary>The certificate as a PEM file. .NET trusts it when the variable <c>SSL_CERT_FILE</c> names it.</summary>
    public string CertificateFile => _cluster.CertificateFile;

    /// <summary>Starts one.</summary>
    public static Task<RadosgwServer> StartAsync(CancellationToken cancellationToken = default) => StartAttempts.RunAsync(async () =>
    {
        var certificate = LoopbackCertificate.Create("127.0.0.1", "localhost", Domain, $"*.{Domain}");
        var cluster = new CephCluster();
        try
        {
            var (port, securePort) = (FreePort.Find(), FreePort.Find());
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(StartPatience);
            await cluster.StartAsync(port, securePort, Domain, certificate, limit.Token).ConfigureAwait(false);
            return new RadosgwServer(cluster, certificate, port, securePort);
        }
        catch (Exception fault)
        {
            var log = cluster.LogTail();
            await cluster.DisposeAsync().ConfigureAwait(false);
            certificate.Dispose();
            throw fault switch
            {
                Win32Exception => new Win32Exception($"{fault.Message}. Install: apt-get install ceph-mon ceph-osd ceph-common radosgw"),
                OperationCanceledException when !cancellationToken.IsCancellationRequested =>
                    new TimeoutException($"radosgw was not ready within {StartPatience.TotalSeconds:0} s. The last output:\n{log}"),
                _ => fault,
            };
        }
    });

    /// <summary>Connects to the server whatever the name, and trusts its certificate and no other. The caller disposes it.</summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync("127.0.0.1", context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { _certificate },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    };

    /// <inheritdoc/>
    protected override async ValueTask StopAsync()
    {
        await _cluster.DisposeAsync().ConfigureAwait(false);
        _certificate.Dispose();
    }
}
