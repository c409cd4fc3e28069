using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask;

/// <summary>Makes loggers that are silent while the orchestration is replaying.</summary>
sealed class ReplaySafeLoggerFactory(TaskOrchestrationContext context) : ILoggerFactory
{
    internal TaskOrchestrationContext Context => context;

    public ILogger CreateLogger(string categoryName) => context.Silence(context.RealLoggers.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("Add logging providers to the host; an orchestration's loggers only pass on to them.");

    public void Dispose()
    {
    }
}
