using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Objects.Tests.Fakes;

/// <summary>What was logged, with its event id and the values of its template.</summary>
sealed class MemoryLog
{
    readonly ConcurrentQueue<Entry> _entries = new();

    public IReadOnlyList<Entry> Entries => [.. _entries];

    public ILogger<T> Of<T>() => new Logger<T>(_entries);

    public sealed record Entry(int Id, LogLevel Level, string Text, IReadOnlyDictionary<string, object?> Values);

    sealed class Logger<T>(ConcurrentQueue<Entry> entries) : ILogger<T>
    {
        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            entries.Enqueue(new Entry(
                eventId.Id,
                logLevel,
                formatter(state, exception),
                ((IEnumerable<KeyValuePair<string, object?>>)state!).ToDictionary(value => value.Key, value => value.Value)));

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;
    }
}
