using DataTransferHub.Engine.Catalog;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using Microsoft.DurableTask.Protobuf;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Replay;

/// <summary>The context of an orchestrator: it turns calls into actions and outcomes into results.</summary>
sealed class ReplayContext(
    OrchestrationExecutor executor, DataConverter converter, ILoggerFactory loggers, TimeSpan maximumTimerInterval)
    : TaskOrchestrationContext
{
    ExecutionStartedEvent _started = new();
    ParentOrchestrationInstance? _parent;
    int _guids;

    public override TaskName Name => _started.Name;

    public override string InstanceId => _started.OrchestrationInstance?.InstanceId ?? "";

    public override ParentOrchestrationInstance? Parent => _parent;

    public override string Version => _started.Version ?? "";

    public override bool IsReplaying => executor.IsReplaying;

    public override DateTime CurrentUtcDateTime => executor.CurrentUtcDateTime;

    public override TaskOrchestrationEntityFeature Entities => throw NotOffered.Feature(
        "durable entities (TaskOrchestrationContext.Entities)", "keep the state in an orchestration, or in a store that activities write");

    protected override ILoggerFactory LoggerFactory => loggers;

    public void Begin(ExecutionStartedEvent started)
    {
        _started = started;
        _parent = started.ParentInstance is { } parent
            ? new ParentOrchestrationInstance(parent.Name ?? "", parent.OrchestrationInstance?.InstanceId ?? "")
            : null;
    }

    public string? Serialize(object? value) => converter.Serialize(value);

    public override T? GetInput<T>() where T : default => converter.Deserialize<T>(_started.Input);

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        executor.EnsureOrchestratorThread();
        RefuseOptionsAsInput(input, options);
        var data = converter.Serialize(input);
        return CompleteAsync<TResult>(name, options, () =>
        {
            var action = new ScheduleTaskAction
            {
                Name = name,
                Version = options?.Version is { } version ? version.Version : Version is "" ? null : Version,
                Input = data,
            };
            action.Tags.Add(options?.Tags ?? new Dictionary<string, string>());
            return executor.Schedule(OpenTaskKind.Activity, new OrchestratorAction { ScheduleTask = action });
        });
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        executor.EnsureOrchestratorThread();
        RefuseOptionsAsInput(input, options);
        var data = converter.Serialize(input);
        // All attempts use the same instance: a later one replaces the one that failed.
        var instanceId = (options as SubOrchestrationOptions)?.InstanceId ?? NewGuid().ToString("N");
        return CompleteAsync<TResult>(orchestratorName, options, () =>
        {
            var action = new CreateSubOrchestrationAction
            {
                InstanceId = instanceId,
                Name = orchestratorName,
                Version = options?.Version is { Version: not "" } version ? version.Version : null,
                Input = data,
            };
            action.Tags.Add(options?.Tags ?? new Dictionary<string, string>());
            return executor.Schedule(OpenTaskKind.SubOrchestration, new OrchestratorAction { CreateSubOrchestration = action });
        });
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        executor.EnsureOrchestratorThread();
        return WaitUntilAsync(fireAt.ToUniversalTime(), cancellationToken);
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        executor.EnsureOrchestratorThread();
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        return executor.Events.TryTake(eventName, out var payload)
            ? Task.FromResult(converter.Deserialize<T>(payload)!)
            : ReceiveAsync<T>(executor.Events.Wait(eventName, typeof(T)), cancellationToken);
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        executor.EnsureOrchestratorThread();
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        executor.Emit(new OrchestratorAction
        {
            SendEvent = new()
            {
                Instance = new() { InstanceId = instanceId },
                Name = eventName,
                Data = converter.Serialize(payload),
            },
        });
    }

    public override void SetCustomStatus(object? customStatus)
    {
        executor.EnsureOrchestratorThread();
        executor.SetCustomStatus(converter.Serialize(customStatus));
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        executor.EnsureOrchestratorThread();
        ArgumentNullException.ThrowIfNull(options);
        executor.Continuation = new ContinuedExecution(
            converter.Serialize(options.NewInput), options.PreserveUnprocessedEvents, options.NewVersion);
    }

    public override Guid NewGuid()
    {
        executor.EnsureOrchestratorThread();
        return DeterministicGuid.Create(InstanceId, CurrentUtcDateTime, _guids++);
    }

    // The awaits below do not capture the context: outcomes arrive without one, so these methods, and with them the awaits of orchestrator
    // code, complete synchronously.
    async Task<TResult> CompleteAsync<TResult>(TaskName name, TaskOptions? options, Func<OpenTask> schedule)
    {
        var firstAttempt = CurrentUtcDateTime;
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await schedule().Completion.Task.ConfigureAwait(false);
            if (!outcome.IsFailed)
                return converter.Deserialize<TResult>(outcome.Result)!;
            var details = outcome.Failure is { } failure ? Failures.ToDetails(failure) : null;

            // Null for a terminated sub-orchestration, as in the official worker, despite the annotation.
            var failed = new TaskFailedException(name, outcome.TaskId, details!);
            if (outcome.Failure?.IsNonRetriable == true || options?.Retry is not { } retry)
                throw failed;
            if (!await TryAgainAsync(retry, attempt, firstAttempt, details).ConfigureAwait(false))
                throw failed;
        }
    }

    async Task<bool> TryAgainAsync(
        TaskRetryOptions retry, int attempt, DateTime firstAttempt, Microsoft.DurableTask.TaskFailureDetails? failure)
    {
        if (retry.Policy is { } policy)
        {
            if (RetryDelay.Next(policy, attempt, CurrentUtcDateTime - firstAttempt, failure) is not { } delay)
                return false;
            await WaitUntilAsync(CurrentUtcDateTime + delay, CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        var context = new RetryContext(
            this, attempt, failure ?? Failures.Unknown, CurrentUtcDateTime - firstAttempt, CancellationToken.None);
        return await retry.Handler!(context).ConfigureAwait(false);
    }

    async Task WaitUntilAsync(DateTime fireAt, CancellationToken cancellation)
    {
        while (fireAt - CurrentUtcDateTime > maximumTimerInterval)
            await StartTimerAsync(CurrentUtcDateTime + maximumTimerInterval, cancellation).ConfigureAwait(false);
        await StartTimerAsync(fireAt, cancellation).ConfigureAwait(false);
    }

    async Task StartTimerAsync(DateTime fireAt, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var timer = executor.Schedule(
            OpenTaskKind.Timer, new OrchestratorAction { CreateTimer = new() { FireAt = HistoryEvents.Timestamp(fireAt) } });
        using var registration = cancellation.Register(() => executor.CancelTimer(timer, cancellation));
        await timer.Completion.Task.ConfigureAwait(false);
    }

    async Task<T> ReceiveAsync<T>(TaskCompletionSource<string?> waiter, CancellationToken cancellation)
    {
        using var registration = cancellation.Register(() => executor.OnCancellation(() => waiter.TrySetCanceled(cancellation)));
        return converter.Deserialize<T>(await waiter.Task.ConfigureAwait(false))!;
    }

    static void RefuseOptionsAsInput(object? input, TaskOptions? options)
    {
        if (input is TaskOptions && options is null)
        {
            throw new ArgumentException(
                $"{nameof(TaskOptions)} were passed as the input. Name the argument ('options:') or pass the input first.", nameof(input));
        }
    }
}
