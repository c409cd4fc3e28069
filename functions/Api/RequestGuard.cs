using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Api;

/// <summary>
/// Refuses requests that must not reach an HTTP function, on whichever host the application runs. While the hub serves this machine only,
/// it answers only requests that come from it and name it by a loopback name. Otherwise a web page could point a name of its own at
/// 127.0.0.1 and read the hub through the browser of whoever opens the page (DNS rebinding).
/// </summary>
sealed partial class RequestGuard(IOptions<RequestGuardOptions> options, ILogger<RequestGuard> logger) : IFunctionsWorkerMiddleware
{
    /// <summary>Lets the call pass, or answers it: 403 to a foreign peer, 421 to a foreign name.</summary>
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next) =>
        options.Value.ThisMachineOnly && context.GetHttpContext() is { } http && Refusal(http) is { } refusal
            ? RefuseAsync(http.Response, refusal.Status, refusal.Text)
            : next(context);

    (int Status, string Text)? Refusal(HttpContext http)
    {
        // The address it arrived at as well: middleware that believes X-Forwarded-For changes the one it came from.
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
            "This hub listens on this machine only and answers to localhost and loopback addresses. Open it as http://localhost:<port>.\n");
    }

    static Task RefuseAsync(HttpResponse response, int status, string text)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(text);
    }

    // Without an address it is no connection of the network, such as that of a socket file, which nobody asked for.
    static bool IsLoopback(IPAddress? address) =>
        address is not null && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    [LoggerMessage(2480, LogLevel.Warning, "Request refused: its Host header '{Host}' does not name this hub.")]
    partial void LogForeignHost(string host);

    [LoggerMessage(2481, LogLevel.Warning, "Request refused: it goes from {Remote} to {Local}, and does not come from this machine.")]
    partial void LogForeignPeer(IPAddress? remote, IPAddress? local);
}
