using System.Net;
using System.Net.Sockets;

namespace DataTransferHub.Cli.Processes;

/// <summary>A port nobody listens on, for servers that cannot be asked to choose one themselves.</summary>
public static class FreePort
{
    /// <summary>A port of 127.0.0.1 that was free just now. Another process may take it first: start again on failure.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
