using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Servers.Processes;

namespace DataTransferHub.Servers.S3;

/// <summary>
/// The smallest Ceph cluster that an S3 gateway can run on: one monitor, one object store in memory, the gateway, all on free ports of
/// 127.0.0.1 and with their files in a folder of their own. Disposing it ends them.
/// </summary>
sealed class CephCluster : IAsyncDisposable
{
    public const string AccessKey = "RADOSGW";
    public const string SecretKey = "radosgw-secret";

    readonly TemporaryFolder _folder = new();
    readonly List<ServerProcess> _daemons = [];
    readonly string _id = Guid.NewGuid().ToString();

    /// <summary>The gateway's certificate, without its key.</summary>
    public string CertificateFile => _folder["certificate.pem"];

    string ConfigurationFile => _folder["ceph.conf"];

    /// <summary>Starts the daemons one after the other, each when the one before it answers.</summary>
    /// <exception cref="InvalidOperationException">One of them ended.</exception>
    public async Task StartAsync(int port, int securePort, string domain, X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        var monitorPort = FreePort.Find();
        foreach (var data in new[] { "mon", "osd", "rgw" })
            Directory.CreateDirectory(_folder[data]);
        await File.WriteAllTextAsync(CertificateFile, certificate.ExportCertificatePem(), cancellationToken).ConfigureAwait(false);
        await File.WriteAllTextAsync(_folder["key.pem"], LoopbackCertificate.ExportWithKey(certificate), cancellationToken)
            .ConfigureAwait(false);
        await File.WriteAllTextAsync(
            ConfigurationFile, Configuration(monitorPort, port, securePort, domain), cancellationToken).ConfigureAwait(false);

        await StartMonitorAsync(monitorPort, cancellationToken).ConfigureAwait(false);
        await StartObjectStoreAsync(cancellationToken).ConfigureAwait(false);
        var gateway = StartDaemon("radosgw", "-n", "client.rgw");
        await gateway.WaitUntilReadyAsync(
            token => StartAttempts.AnswersAsync(port, token), TimeSpan.FromMinutes(1), cancellationToken).ConfigureAwait(false);
        await RunAsync(
            "radosgw-admin", cancellationToken,
            "-n", "client.rgw", "user", "create", "--uid", "tests", "--display-name", "tests",
            "--access-key", AccessKey, "--secret", SecretKey).ConfigureAwait(false);
    }

    /// <summary>The last lines that each daemon wrote.</summary>
    public string LogTail() => string.Join('\n', _daemons.Select(daemon => daemon.LogTail(15)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The gateway first, as it would wait for its cluster.
        foreach (var daemon in Enumerable.Reverse(_daemons))
            await daemon.DisposeAsync().ConfigureAwait(false);
        _folder.Dispose();
    }

    async Task StartMonitorAsync(int port, CancellationToken cancellationToken)
    {
        await Tool.RunAsync(
            "monmaptool", ["--create", "--fsid", _id, "--addv", "a", $"[v2:127.0.0.1:{port}]", _folder["monmap"]], cancellationToken)
                .ConfigureAwait(false);
        await RunAsync("ceph-mon", cancellationToken, "-i", "a", "--mkfs", "--monmap", _folder["monmap"]).ConfigureAwait(false);
        var monitor = StartDaemon("ceph-mon", "-i", "a");
        await monitor.WaitUntilReadyAsync(
            token => PortAnswersAsync(port, token), TimeSpan.FromMinutes(1), cancellationToken).ConfigureAwait(false);

        // Somebody else's monitor may have taken the port, and nothing may be done to another cluster.
        var id = (await RunAsync("ceph", cancellationToken, "--connect-timeout", "20", "fsid").ConfigureAwait(false)).Trim();
        if (id != _id || monitor.HasExited)
            throw new InvalidOperationException($"Port {port} was taken by another monitor.");
    }

    async Task StartObjectStoreAsync(CancellationToken cancellationToken)
    {
        var store = Guid.NewGuid().ToString();
        await RunAsync("ceph", cancellationToken, "--connect-timeout", "20", "osd", "new", store, "0").ConfigureAwait(false);
        await RunAsync("ceph-osd", cancellationToken, "-i", "0", "--mkfs", "--osd-uuid", store).ConfigureAwait(false);
        StartDaemon("ceph-osd", "-i", "0");
    }

    ServerProcess StartDaemon(string command, params string[] arguments)
    {
        // -f keeps it in the foreground, so that it is a child of this process.
        var daemon = ServerProcess.Start(command, command, ["-c", ConfigurationFile, "-f", .. arguments], _folder[$"{command}.log"]);
        _daemons.Add(daemon);
        return daemon;
    }

    Task<string> RunAsync(string command, CancellationToken cancellationToken, params string[] arguments) =>
        Tool.RunAsync(command, ["-c", ConfigurationFile, .. arguments], cancellationToken);

    static async Task<bool> PortAnswersAsync(int port, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    string Configuration(int monitorPort, int port, int securePort, string domain)
    {
        var endpoints = $"endpoint=127.0.0.1:{port} ssl_endpoint=127.0.0.1:{securePort} ssl_certificate={_folder["key.pem"]}";
        return $"""
            [global]
            fsid = {_id}
            mon host = [v2:127.0.0.1:{monitorPort}]
            mon initial members = a
            public addr = 127.0.0.1
            cluster addr = 127.0.0.1
            # A port that is taken is an error at once, not after three attempts of five seconds.
            ms bind msgr1 = false
            ms bind retry count = 1

            # Nobody but this cluster reaches it: no sign-in between the daemons, no encryption.
            keyring = /dev/null
            auth cluster required = none
            auth service required = none
            auth client required = none
            ms cluster mode = crc
            ms service mode = crc
            ms client mode = crc
            ms mon client mode = crc

            # One store without copies, in memory.
            osd objectstore = memstore
            memstore device bytes = {2L << 30}
            osd crush chooseleaf type = 0
            osd pool default size = 1
            osd pool default min size = 1
            osd pool default pg num = 1
            osd pool default pgp num = 1
            osd pool default pg autoscale mode = off
            mon allow pool size one = true
            mon max pg per osd = 1000
            # Changes of the map are published at once; the gateway makes some ten pools, one after the other.
            paxos propose interval = 0.05
            paxos min wait = 0.02
            # The monitor would end itself on a disk that is nearly full.
            mon data avail crit = 0

            mon data = {_folder["mon"]}
            osd data = {_folder["osd"]}
            rgw data = {_folder["rgw"]}
            run dir = {_folder.Path}
            admin socket =
            pid file =
            log to file = false
            log to stderr = true
            mon cluster log to file = false
            debug rocksdb = 0

            rgw frontends = beast {endpoints} tcp_nodelay=1
            rgw dns name = {domain}
            rgw thread pool size = 64
            # What was deleted or replaced gives its memory back after a minute.
            rgw gc obj min wait = 60
            rgw gc processor period = 60

            """;
    }
}
