namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>Goes on with an invocation.</summary>
public delegate Task FunctionExecutionDelegate(FunctionContext context);
