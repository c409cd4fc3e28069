using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Api;

/// <summary>
/// Refuses requests that must not reach an HTTP function, on either host. While the hub serves only its own machine, it answers only
/// requests that come from that machine and address it by a loopback name. Otherwise a web page could resolve its own host name to
/// 127.0.0.1 and read the hub through the browser of the person who opens the page (DNS rebinding).
/// </summary>
sealed partial class RequestGuard(IOptions<RequestGuardOptions> options, ILogger<RequestGuard> logger) : IFunctionsWorkerMiddleware
{
    /// <summary>Passes the call on, or answers it: 403 for a foreign peer, 421 for a foreign host name.</summary>
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next) =>
        options.Value.ThisMachineOnly && context.GetHttpContext() is { } http && Refusal(http) is { } refusal
            ? RefuseAsync(http.Response, refusal.Status, refusal.Text)
            : next(context);

    (int Status, string Text)? Refusal(HttpContext http)
    {
        // The local address too: middleware that trusts X-Forwarded-For changes the remote one.
        var connection = http.Connection;
        if (!IsLoopback(connection.RemoteIpAddress) || !IsLoopback(connection.LocalIpAddress))
        {
            LogForeignPeer(connection.RemoteIpAddress, connection.LocalIpAddress);
            return (StatusCodes.Status403Forbidden, "This hub answers only requests from the machine it runs on.\n");
        }

        if (IsLoopback(http.Request.Host.Host))
            return null;
        LogForeignHost(http.Request.Host.Host);
        return (
            StatusCodes.Status421MisdirectedRequest,
            "This hub serves only its own machine, as localhost or a loopback address. Open it as http://localhost:<port>.\n");
    }

    static Task RefuseAsync(HttpResponse response, int status, string text)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(text);
    }

    // Without an address it is not a network connection (a Unix socket, for example), and the hub opens none of those.
    static bool IsLoopback(IPAddress? address) =>
        address is not null && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    [LoggerMessage(2480, LogLevel.Warning, "Request refused: its Host header '{Host}' does not name this hub.")]
    partial void LogForeignHost(string host);

    [LoggerMessage(2481, LogLevel.Warning, "Request refused: it was sent from {Remote} to {Local}, not from this machine.")]
    partial void LogForeignPeer(IPAddress? remote, IPAddress? local);
}
