using System.Net;
using System.Net.Sockets;

namespace DataTransferHub.Engine.Hosting.Settings;

/// <summary>The address on which the host listens.</summary>
/// <param name="Address">The interface.</param>
/// <param name="Port">The port; 0 selects a free one.</param>
sealed record ListenAddress(IPAddress Address, int Port)
{
    /// <summary>Whether only this machine can reach it.</summary>
    internal bool IsLoopback => IPAddress.IsLoopback(Address);

    internal string Url => $"http://{new IPEndPoint(Address, Port)}";

    /// <summary>Reads the option.</summary>
    /// <exception cref="StartFailure">The address is not valid, or other machines could reach it although that is not allowed.</exception>
    internal static ListenAddress Parse(string url, bool allowRemote)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp || uri.PathAndQuery != "/")
            throw StartFailure.Option($"--url '{url}' is not http://<address>:<port>; give for example http://127.0.0.1:7071.");
        var host = uri.Host.Trim('[', ']');
        var address = host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
            : IPAddress.TryParse(host, out var parsed) ? parsed
            : throw StartFailure.Option($"--url '{url}' names a host; give an IP address of this machine, or localhost.");
        var listen = new ListenAddress(address, uri.Port);
        return listen.IsLoopback || allowRemote
            ? listen
            : throw StartFailure.Option(
                $"--url '{url}' can be reached from other machines; listen on 127.0.0.1, or set AllowRemote when sign-in is configured.");
    }

    /// <summary>Checks that the port is free, before anything else starts.</summary>
    /// <exception cref="StartFailure">The port is in use, or the address is not this machine's.</exception>
    internal void ThrowIfTaken()
    {
        try
        {
            using var probe = new TcpListener(Address, Port);
            probe.Start();
        }
        catch (SocketException e)
        {
            throw Taken(e);
        }
    }

    /// <summary>Checks the address on which the server actually listens.</summary>
    /// <exception cref="StartFailure">Other machines can reach it, or the address is not an IP address or localhost.</exception>
    internal static void ThrowIfExposed(IEnumerable<string> bound)
    {
        foreach (var address in bound)
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || !IsLoopbackHost(uri.Host))
            {
                throw StartFailure.Option(
                    $"the hub would listen on {address}, which other machines can reach, and it has no sign-in. Remove the setting that "
                    + "causes this (in the Kestrel section of the configuration, for example), and use --url.");
            }
        }
    }

    static bool IsLoopbackHost(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    internal StartFailure Taken(Exception cause) => new(
        cause is SocketException { SocketErrorCode: not SocketError.AddressAlreadyInUse } other
            ? $"cannot listen on {Url}: {other.Message}. Choose another address with --url."
            : $"port {Port} on {Address} is in use by another program. Stop it, or choose another port with --url (0 selects a free port).",
        cause);
}
