namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>Failures of functions as the official worker passes them on.</summary>
static class FunctionFailures
{
    /// <summary>
    /// A function's exception as it arrives in middleware: the worker awaits the function through a continuation, which wraps the exception
    /// (Worker.Core, DefaultFunctionInvoker).
    /// </summary>
    internal static AggregateException Wrap(Exception thrown) => new(thrown);

    /// <summary>Whether the failure is, or was caused by, a cancellation.</summary>
    internal static bool IsCancellation(this Exception failure) => Innermost(failure) is OperationCanceledException;

    /// <summary>The original exception of a function or its middleware, without wrappers.</summary>
    internal static Exception Innermost(Exception failure) =>
        failure is AggregateException { InnerExceptions: [var only] } ? Innermost(only) : failure;
}
