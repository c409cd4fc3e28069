using DataTransferHub.Engine.Hosting.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Engine.Hosting.Http;

/// <summary>Decides whether a request has the key that a function requires, as the Functions host does.</summary>
/// <param name="keys">The keys of this hub.</param>
/// <param name="demandsFunctionKeys">Whether functions of the level <see cref="AuthorizationLevel.Function"/> require a key.</param>
sealed class FunctionKeyGate(HubKeys keys, bool demandsFunctionKeys)
{
    const string Header = "x-functions-key";
    const string QueryParameter = "code";

    /// <summary>Whether the request may call a function of this level.</summary>
    internal bool Admits(AuthorizationLevel level, HttpRequest request) =>
        (level == AuthorizationLevel.Function && !demandsFunctionKeys) || keys.Opens(level, KeyOf(request));

    static string? KeyOf(HttpRequest request) =>
        request.Headers.TryGetValue(Header, out var header) ? header.ToString() : request.Query[QueryParameter];
}
