namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>Stands around every invocation of every function.</summary>
public interface IFunctionsWorkerMiddleware
{
    /// <summary>Does its part and calls <paramref name="next"/>, or does not to end the invocation here.</summary>
    Task Invoke(FunctionContext context, FunctionExecutionDelegate next);
}
