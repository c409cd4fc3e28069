using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>Log messages of the host.</summary>
static partial class HostLog
{
    [LoggerMessage(EventId = 300, Level = LogLevel.Error, Message = "Function {Function} failed (invocation {InvocationId})")]
    internal static partial void FunctionFailed(ILogger logger, Exception exception, string function, string invocationId);

    [LoggerMessage(EventId = 301, Level = LogLevel.Warning, Message = "Request for {Function} refused: {Reason}")]
    internal static partial void RequestRefused(ILogger logger, string function, string reason);

    [LoggerMessage(EventId = 310, Level = LogLevel.Debug, Message = "Timer function {Function} runs next at {Next:O}")]
    internal static partial void NextOccurrence(ILogger logger, string function, DateTime next);

    [LoggerMessage(
        EventId = 311,
        Level = LogLevel.Error,
        Message = "Timer function {Function} failed (invocation {InvocationId}); its schedule continues")]
    internal static partial void TimerFailed(ILogger logger, Exception exception, string function, string invocationId);

    [LoggerMessage(EventId = 312, Level = LogLevel.Warning, Message = "The schedule of timer function {Function} has no further time")]
    internal static partial void ScheduleEnded(ILogger logger, string function);
}
