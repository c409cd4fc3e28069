using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>Calls functions through the middleware.</summary>
sealed class FunctionRunner
{
    readonly IServiceProvider _services;
    readonly FunctionExecutionDelegate _pipeline;
    readonly TimeProvider _time;
    readonly TimeSpan? _timeout;

    internal FunctionRunner(
        IServiceProvider services,
        FunctionExecutionDelegate pipeline,
        TimeProvider time,
        TimeSpan? timeout)
    {
        _services = services;
        _time = time;
        _timeout = timeout;
        _pipeline = pipeline;
    }

    /// <summary>Calls a function that runs once: HTTP, timer, activity.</summary>
    /// <param name="call">The call.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="prepare">Called before the function.</param>
    /// <param name="finish">Called with the result, before the services of the invocation are disposed.</param>
    /// <exception cref="TimeoutException">The function took longer than host.json allows.</exception>
    internal async Task<object?> RunAsync(
        FunctionCall call,
        CancellationToken cancellation,
        Action<FunctionContext>? prepare = null,
        Func<object?, Task>? finish = null)
    {
        using var timeout = _timeout is { } limit ? new CancellationTokenSource(limit, _time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        await using var context = new HostFunctionContext(call, _services, either.Token);
        prepare?.Invoke(context);
        try
        {
            var result = await RunAsync(call, context);
            if (finish is not null)
                await finish(result);
            return result;
        }
        catch (Exception e) when (e.IsCancellation() && timeout.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"Function '{call.Function.Name}' ran longer than functionTimeout in host.json allows ({_timeout}).", e);
        }
    }

    /// <summary>Calls an orchestrator: without timeout and token, and without any await that is not the orchestrator's own.</summary>
    internal async Task<object?> RunOrchestratorAsync(FunctionCall call)
    {
        using var context = new HostFunctionContext(call, _services, CancellationToken.None);
        return await RunAsync(call, context);
    }

    async Task<object?> RunAsync(FunctionCall call, HostFunctionContext context)
    {
        context.Features.Set(call);
        call.Context = context;
        await _pipeline(context);
        return call.Result;
    }

    /// <summary>The last step of the pipeline: calls the function itself.</summary>
    internal static async Task CallFunctionAsync(FunctionContext context)
    {
        var call = context.Features.Get<FunctionCall>()
            ?? throw new InvalidOperationException(
                "Middleware passed on a context that is not the invocation's; pass on the one that it received.");
        call.Context = context;
        call.Result = await call.Function.InvokeAsync(call);
    }
}
