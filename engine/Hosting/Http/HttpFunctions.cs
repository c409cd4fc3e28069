using DataTransferHub.Engine.Hosting.Discovery;
using DataTransferHub.Engine.Hosting.Invocation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Hosting.Http;

/// <summary>Answers requests with the HTTP functions.</summary>
sealed class HttpFunctions(FunctionRunner runner, HubKeys keys, IHostApplicationLifetime lifetime, ILogger<HttpFunctions> logger)
{
    internal void Map(IEndpointRouteBuilder endpoints, IEnumerable<FunctionMethod> functions)
    {
        foreach (var function in functions)
        {
            if (function.Trigger is not HttpFunctionTrigger trigger)
                continue;
            RequestDelegate answer = context => Answer(context, function, trigger);
            var endpoint = trigger.Methods.Count == 0
                ? endpoints.Map(trigger.Route, answer)
                : endpoints.MapMethods(trigger.Route.RawText!, trigger.Methods, answer);
            endpoint.WithDisplayName(function.Name);
        }
    }

    async Task Answer(HttpContext http, FunctionMethod function, HttpFunctionTrigger trigger)
    {
        if (!keys.Opens(trigger.Level, KeyOf(http.Request)))
        {
            HostLog.RequestRefused(logger, function.Name, "no valid key");
            await Say(http, StatusCodes.Status401Unauthorized,
                "This function needs a key: send it in the x-functions-key header. The keys are in keys.json in the hub's data directory.");
            return;
        }

        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        var invocation = "";
        try
        {
            var result = await runner.RunAsync(
                new FunctionCall(function, http.Request, http.Request.RouteValues), cancellation.Token, context =>
                {
                    invocation = context.InvocationId;
                    context.Items[FunctionContextExtensions.HttpContextKey] = http;
                });
            await HttpResults.Write(http, result);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            await Say(http, StatusCodes.Status503ServiceUnavailable, "The hub is stopping. Ask again when it has started.");
        }
        catch (BadHttpRequestException e)
        {
            HostLog.RequestRefused(logger, function.Name, e.Message);
            await Say(http, e.StatusCode, e.Message);
        }
        catch (Exception e)
        {
            HostLog.FunctionFailed(logger, e, function.Name, invocation);
            await Say(http, StatusCodes.Status500InternalServerError,
                $"The function failed. The hub's log says why; look for invocation {invocation}.");
        }
    }

    static string? KeyOf(HttpRequest request) =>
        request.Headers.TryGetValue("x-functions-key", out var header) ? header.ToString() : request.Query["code"];

    static async Task Say(HttpContext http, int status, string text)
    {
        // An answer that has begun cannot be taken back; cutting the connection tells the caller that it is not whole.
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        http.Response.Clear();
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(text + "\n", http.RequestAborted);
    }
}
