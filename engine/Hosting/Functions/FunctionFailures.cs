namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>Failures of functions as the official worker hands them on.</summary>
static class FunctionFailures
{
    /// <summary>
    /// What arrives of an exception that a function threw: the worker waits for it through a continuation, which wraps it
    /// (Worker.Core, DefaultFunctionInvoker).
    /// </summary>
    internal static AggregateException Wrap(Exception thrown) => new(thrown);

    /// <summary>Whether the failure is, or was caused by, a cancellation.</summary>
    internal static bool IsCancellation(this Exception failure) => Innermost(failure) is OperationCanceledException;

    /// <summary>What a function or the way to it threw, without what it was wrapped in.</summary>
    internal static Exception Innermost(Exception failure) =>
        failure is AggregateException { InnerExceptions: [var only] } ? Innermost(only) : failure;
}
