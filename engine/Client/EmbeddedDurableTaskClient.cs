using DataTransferHub.Engine.Catalog;
using DataTransferHub.Engine.Dispatch;
using DataTransferHub.Engine.Replay;
using DataTransferHub.Engine.Storage;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Client;

/// <summary>
/// The client of the embedded engine. Changes are on disk when the call returns. If the file is damaged, calls throw
/// <see cref="InvalidDataException"/> with the file and the remedy in the message.
/// </summary>
sealed partial class EmbeddedDurableTaskClient(string name, DataConverter converter, Func<Dispatcher> engine) : DurableTaskClient(name)
{
    // The limit of the Durable Task Scheduler is 100; Functions allow 256.
    const int MaxInstanceIdLength = 256;

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(orchestratorName.Name, nameof(orchestratorName));
        var instanceId = options?.InstanceId is { Length: > 0 } given ? given : Guid.NewGuid().ToString("N");
        CheckInstanceId(instanceId);
        var started = new ExecutionStartedEvent
        {
            Name = orchestratorName,
            Version = options?.Version is { Version: not "" } version ? version.Version : null,
            Input = converter.Serialize(input),
            OrchestrationInstance = new() { InstanceId = instanceId },
        };
        if (options?.StartAt is { } startAt)
            started.ScheduledStartTimestamp = HistoryEvents.Timestamp(startAt.UtcDateTime);
        started.Tags.Add(options?.Tags.ToDictionary() ?? []);
        await StartAsync(started, ReplaceableStatuses.Of(options?.DedupeStatuses), cancellation);
        return instanceId;
    }

    public override async Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        var raised = new EventRaisedEvent { Name = eventName, Input = converter.Serialize(eventPayload) };
        await SendAsync(instanceId, new HistoryEvent { EventRaised = raised }, cancellation);
    }

    public override async Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var terminated = new ExecutionTerminatedEvent
        {
            Input = converter.Serialize(options?.Output),
            Recurse = options?.Recursive ?? false,
        };
        await SendAsync(instanceId, new HistoryEvent { ExecutionTerminated = terminated }, cancellation);
    }

    public override async Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        await SendAsync(instanceId, new HistoryEvent { ExecutionSuspended = new() { Input = reason } }, cancellation);
    }

    public override async Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        await SendAsync(instanceId, new HistoryEvent { ExecutionResumed = new() { Input = reason } }, cancellation);
    }

    public override async Task<string> RestartAsync(
        string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var (instance, input) = Read(reader =>
            reader.Instance(instanceId) is { } found ? (found, reader.Text(found.Key, PayloadKind.Input)) : default);
        if (instance is null)
            throw new ArgumentException($"There is no instance '{instanceId}' to restart.", nameof(instanceId));
        if (!restartWithNewInstanceId && !instance.Status.IsTerminal())
        {
            throw new InvalidOperationException(
                $"The instance '{instanceId}' is {instance.Status}; only a finished instance can be restarted under its own id. "
                + "Terminate it first, or restart it with a new instance id.");
        }
        var started = new ExecutionStartedEvent
        {
            Name = instance.Name,
            Version = instance.Version is "" ? null : instance.Version,
            Input = input,
            OrchestrationInstance = new() { InstanceId = restartWithNewInstanceId ? Guid.NewGuid().ToString("N") : instanceId },
        };
        started.Tags.Add(instance.Tags.ToDictionary());
        await StartAsync(started, InstanceCreation.Finished, cancellation);
        return started.OrchestrationInstance.InstanceId;
    }

    public override Task RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation = default) =>
        throw NotOffered.Feature(
            "rewinding of instances (DurableTaskClient.RewindInstanceAsync)",
            "restart the instance with RestartAsync");

    public override Task<IList<DurableTask.Core.History.HistoryEvent>> GetOrchestrationHistoryAsync(
        string instanceId, CancellationToken cancellation = default) =>
        throw NotOffered.Feature(
            "histories of instances (DurableTaskClient.GetOrchestrationHistoryAsync)",
            "query the instance's status, input and output");

    public override DurableEntityClient Entities =>
        throw NotOffered.Feature(
            "durable entities (DurableTaskClient.Entities)",
            "keep the state in an orchestration, or in a store that activities write");

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    async Task StartAsync(ExecutionStartedEvent started, long replaceable, CancellationToken cancellation)
    {
        started.OrchestrationInstance.ExecutionId = InstanceCreation.NewExecutionId();
        var dispatcher = engine();
        var message = new HistoryEvent { EventId = -1, Timestamp = HistoryEvents.Timestamp(dispatcher.Now), ExecutionStarted = started };
        if (!await WriteAsync(dispatcher, new StartInstance(dispatcher, message, replaceable)).WaitAsync(cancellation))
        {
            var id = started.OrchestrationInstance.InstanceId;
            throw new OrchestrationAlreadyExistsException(
                $"An orchestration with instance id '{id}' already exists, in a status in which it cannot be replaced.");
        }
    }

    async Task SendAsync(string instanceId, HistoryEvent message, CancellationToken cancellation)
    {
        var dispatcher = engine();
        message.EventId = -1;
        message.Timestamp = HistoryEvents.Timestamp(dispatcher.Now);
        // As in every task hub, messages to a finished or missing instance are dropped.
        try
        {
            await WriteAsync(dispatcher, new SendMessage(dispatcher, instanceId, message)).WaitAsync(cancellation);
        }
        catch (InvalidDataException e)
        {
            dispatcher.FailUnreachable(instanceId, e.Message);
            throw;
        }
    }

    static void CheckInstanceId(string instanceId)
    {
        if (instanceId.Length > MaxInstanceIdLength || instanceId[0] == '@' || instanceId.AsSpan().ContainsAny("/\\?#")
            || instanceId.Any(char.IsControl))
        {
            throw new ArgumentException(
                $"An instance id has at most {MaxInstanceIdLength} characters, does not begin with '@', "
                + "and contains none of / \\ ? # and no control characters.",
                nameof(instanceId));
        }
    }
}
