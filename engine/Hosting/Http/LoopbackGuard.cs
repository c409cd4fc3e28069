using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Hosting.Http;

/// <summary>
/// While the hub listens on loopback only, it answers only requests that name it by a loopback name. Otherwise a web page could point a
/// name of its own at 127.0.0.1 and read the hub through the browser of whoever opens the page (DNS rebinding).
/// </summary>
sealed class LoopbackGuard(RequestDelegate next, ListenAddress listen, ILogger<LoopbackGuard> logger)
{
    /// <summary>Lets the request pass, or refuses it with 421.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (!listen.IsLoopback || IsLoopback(context.Request.Host.Host))
        {
            await next(context);
            return;
        }

        HostLog.ForeignHost(logger, context.Request.Host.Host);
        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        await context.Response.WriteAsync(
            "This hub listens on this machine only and answers to localhost and loopback addresses. "
            + "Open it as http://localhost:<port>, or configure sign-in and let it listen for others.\n");
    }

    static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
