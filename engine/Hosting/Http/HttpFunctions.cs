using DataTransferHub.Engine.Hosting.Functions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Hosting.Http;

/// <summary>Answers requests with the HTTP functions.</summary>
sealed class HttpFunctions(FunctionRunner runner, FunctionKeyGate gate, IHostApplicationLifetime lifetime, ILogger<HttpFunctions> logger)
{
    // Key under which the official extension stores the request, for GetHttpContext (Worker.Extensions.Http.AspNetCore, Constants.cs).
    const string HttpContextKey = "HttpRequestContext";

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
        if (!gate.Admits(trigger.Level, http.Request))
        {
            HostLog.RequestRefused(logger, function.Name, "no valid key");
            await Say(http, StatusCodes.Status401Unauthorized,
                "This function requires a key. Send it in the x-functions-key header; the keys are in keys.json in the hub's data folder.");
            return;
        }

        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        var invocation = "";
        try
        {
            await runner.RunAsync(
                new FunctionCall(function, http.Request, http.Request.RouteValues),
                cancellation.Token,
                context =>
                {
                    invocation = context.InvocationId;
                    context.Items[HttpContextKey] = http;

                    // MVC results resolve their services from the request.
                    http.RequestServices = context.InstanceServices;
                },
                result => HttpResults.Write(http, result));
        }
        catch (Exception e) when (e.IsCancellation() && http.RequestAborted.IsCancellationRequested)
        {
        }
        catch (Exception e) when (e.IsCancellation() && lifetime.ApplicationStopping.IsCancellationRequested)
        {
            await Say(http, StatusCodes.Status503ServiceUnavailable, "The hub is stopping. Send the request again after its restart.");
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
                $"The function failed. See the hub's log for invocation {invocation}.");
        }
    }

    static async Task Say(HttpContext http, int status, string text)
    {
        // A response that has started cannot be replaced; aborting the connection tells the caller that it is incomplete.
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
