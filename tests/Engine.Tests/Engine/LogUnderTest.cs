using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Tests.Engine;

/// <summary>A log that keeps warnings and errors, and can be made to fail.</summary>
sealed class LogUnderTest : ILoggerFactory, ILogger
{
    readonly ConcurrentQueue<(LogLevel Level, int Id, string Text)> _entries = new();

    public IReadOnlyList<(LogLevel Level, int Id, string Text)> Entries => [.. _entries];

    /// <summary>The exception to throw when an entry with a given id is written.</summary>
    public Func<int, Exception?>? Fault { get; init; }

    public ILogger CreateLogger(string categoryName) => this;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (Fault?.Invoke(eventId.Id) is { } fault)
            throw fault;
        if (logLevel >= LogLevel.Warning)
            _entries.Enqueue((logLevel, eventId.Id, formatter(state, exception)));
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
