using System.Text.Json;
using DataTransferHub.Engine.Replay;
using DataTransferHub.Engine.Tests.Engine;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.DurableTask.Protobuf;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataTransferHub.Engine.Tests.Replay;

/// <summary>One execution without an engine, driven by the test. It can drop its live state at any time.</summary>
sealed class ExecutionUnderTest(Func<TaskOrchestrationContext, Task<object?>> code, bool replayEveryEpisode = false)
{
    public static readonly DateTime Begin = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    readonly FunctionsUnderTest _functions = new FunctionsUnderTest().Orchestrator("O", code);
    OrchestrationExecutor? _executor;

    public List<HistoryEvent> History { get; } = [];

    public DateTime Now { get; set; } = Begin;

    public bool IllegalAwaitReported { get; private set; }

    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    public IEnumerable<string> AwaitedEvents => _executor!.Events.AwaitedNames;

    public EpisodeResult Start(object? input = null, params HistoryEvent[] more) => Episode(
    [
        New(e => e.ExecutionStarted = new()
        {
            Name = "O",
            Input = input is null ? null : JsonSerializer.Serialize(input),
            OrchestrationInstance = new() { InstanceId = "abc", ExecutionId = "e1" },
        }),
        .. more,
    ]);

    public EpisodeResult Episode(params HistoryEvent[] events)
    {
        HistoryEvent[] newEvents = [HistoryEvents.OrchestratorStarted(Now), .. events];
        EpisodeResult result;
        if (_executor is null || replayEveryEpisode)
        {
            _executor = NewExecutor();
            // Through bytes, as from a store.
            result = _executor.Execute(
                History.Select(e => HistoryEvent.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(e))), newEvents);
        }
        else
        {
            result = _executor.ExecuteNewEvents(newEvents);
        }
        History.AddRange(newEvents);
        History.AddRange(result.Actions.Select(a => HistoryEvents.FromAction(a, Now)).OfType<HistoryEvent>());
        return result;
    }

    /// <summary>Replays what was recorded against other code, with one more episode.</summary>
    public EpisodeResult ReplayWith(Func<TaskOrchestrationContext, Task<object?>> otherCode, params HistoryEvent[] events)
    {
        var other = new ExecutionUnderTest(otherCode);
        return other.NewExecutor().Execute(History, [HistoryEvents.OrchestratorStarted(Now), .. events]);
    }

    public void Forget() => _executor = null;

    public static HistoryEvent Completed(int id, object? result = null) =>
        New(e => e.TaskCompleted = new() { TaskScheduledId = id, Result = JsonSerializer.Serialize(result) });

    public static HistoryEvent Failed(int id, string message = "no luck", bool permanent = false) => New(e => e.TaskFailed = new()
    {
        TaskScheduledId = id,
        FailureDetails = new() { ErrorType = "System.IO.IOException", ErrorMessage = message, IsNonRetriable = permanent },
    });

    public static HistoryEvent ChildCompleted(int id, object? result = null) =>
        New(e => e.SubOrchestrationInstanceCompleted = new() { TaskScheduledId = id, Result = JsonSerializer.Serialize(result) });

    public static HistoryEvent Fired(int id) => New(e => e.TimerFired = new() { TimerId = id });

    public static HistoryEvent Raised(string name, object? payload = null) =>
        New(e => e.EventRaised = new() { Name = name, Input = JsonSerializer.Serialize(payload) });

    public static HistoryEvent Suspended() => New(e => e.ExecutionSuspended = new());

    public static HistoryEvent Resumed() => New(e => e.ExecutionResumed = new());

    public static HistoryEvent Terminated(object? output = null) =>
        New(e => e.ExecutionTerminated = new() { Input = JsonSerializer.Serialize(output) });

    public static HistoryEvent New(Action<HistoryEvent> fill)
    {
        var e = new HistoryEvent { EventId = -1, Timestamp = HistoryEvents.Timestamp(Begin) };
        fill(e);
        return e;
    }

    OrchestrationExecutor NewExecutor() => new(
        _functions, JsonDataConverter.Default, Loggers, TimeSpan.FromDays(3), () => IllegalAwaitReported = true);
}
