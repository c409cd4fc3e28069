using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Hosting.Http;

/// <summary>
/// While the hub listens on loopback only, it answers only this machine, and only requests that name it by a loopback name. Otherwise a
/// web page could point a name of its own at 127.0.0.1 and read the hub through the browser of whoever opens the page (DNS rebinding).
/// </summary>
sealed class LoopbackGuard(RequestDelegate next, ListenAddress listen, ILogger<LoopbackGuard> logger)
{
    /// <summary>Lets the request pass, or refuses it: with 403 where it comes from, with 421 what it names.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (!listen.IsLoopback)
        {
            await next(context);
            return;
        }

        // The address it arrived at as well: middleware that believes X-Forwarded-For changes the one it came from.
        var connection = context.Connection;
        if (!IsLoopback(connection.RemoteIpAddress) || !IsLoopback(connection.LocalIpAddress))
        {
            HostLog.ForeignPeer(logger, connection.RemoteIpAddress, connection.LocalIpAddress);
            await Refuse(context, StatusCodes.Status403Forbidden, "This hub answers only requests from the machine it runs on.\n");
            return;
        }

        if (!IsLoopback(context.Request.Host.Host))
        {
            HostLog.ForeignHost(logger, context.Request.Host.Host);
            await Refuse(
                context,
                StatusCodes.Status421MisdirectedRequest,
                "This hub listens on this machine only and answers to localhost and loopback addresses. "
                + "Open it as http://localhost:<port>, or configure sign-in and let it listen for others.\n");
            return;
        }

        await next(context);
    }

    static Task Refuse(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(text);
    }

    // Without an address it is no connection of the network, such as that of a socket file, which nobody asked for.
    static bool IsLoopback(IPAddress? address) =>
        address is not null && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
