using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Hosting;

/// <summary>What the host logs.</summary>
static partial class HostLog
{
    [LoggerMessage(EventId = 110, Level = LogLevel.Error, Message = "Function {Function} failed (invocation {InvocationId})")]
    internal static partial void FunctionFailed(ILogger logger, Exception exception, string function, string invocationId);

    [LoggerMessage(EventId = 111, Level = LogLevel.Warning, Message = "Request for {Function} refused: {Reason}")]
    internal static partial void RequestRefused(ILogger logger, string function, string reason);

    [LoggerMessage(EventId = 112, Level = LogLevel.Warning, Message = "Request refused: its Host header '{Host}' is not this hub's")]
    internal static partial void ForeignHost(ILogger logger, string host);

    [LoggerMessage(EventId = 113, Level = LogLevel.Warning, Message = "Request refused: from {Remote} to {Local}, not from this machine")]
    internal static partial void ForeignPeer(ILogger logger, System.Net.IPAddress? remote, System.Net.IPAddress? local);

    [LoggerMessage(EventId = 120, Level = LogLevel.Debug, Message = "Timer function {Function} runs next at {Next:O}")]
    internal static partial void NextOccurrence(ILogger logger, string function, DateTime next);

    [LoggerMessage(EventId = 121, Level = LogLevel.Error, Message = "Timer function {Function} failed (invocation {InvocationId}); its schedule goes on")]
    internal static partial void TimerFailed(ILogger logger, Exception exception, string function, string invocationId);

    [LoggerMessage(EventId = 122, Level = LogLevel.Warning, Message = "The schedule of timer function {Function} has no further time")]
    internal static partial void ScheduleEnded(ILogger logger, string function);
}
