using System.Net;
using System.Net.Sockets;

namespace DataTransferHub.Cli.Processes;

/// <summary>Finds a free port, for servers that cannot choose one themselves.</summary>
public static class FreePort
{
    /// <summary>A port of 127.0.0.1 that was free at the time of the call. Another process may take it first: retry on failure.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
