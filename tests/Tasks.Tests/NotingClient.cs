using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DataTransferHub.Tasks.Tests;

/// <summary>A durable client that records calls and runs nothing. An instance runs from its start until a test ends it.</summary>
sealed class NotingClient() : DurableTaskClient("noting")
{
    readonly Dictionary<string, OrchestrationRuntimeStatus> _instances = [];

    /// <summary>What asking for an instance, or purging it, throws, by its id.</summary>
    public Dictionary<string, Exception> Faults { get; } = [];

    public List<string> Started { get; } = [];

    public List<(string InstanceId, string Event)> Raised { get; } = [];

    public List<string> Terminated { get; } = [];

    public List<string> Purged { get; } = [];

    /// <summary>What every change fails with, or null.</summary>
    public Exception? Fault { get; set; }

    /// <summary>What every termination fails with, or null.</summary>
    public Exception? TerminationFault { get; set; }

    public void End(string instanceId) => _instances[instanceId] = OrchestrationRuntimeStatus.Completed;

    public void Lose(string instanceId) => _instances.Remove(instanceId);

    public override Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input =
            null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        ThrowFault();
        var id = options!.InstanceId!;
        if (_instances.TryGetValue(id, out var status) && status is OrchestrationRuntimeStatus.Running)
            throw new OrchestrationAlreadyExistsException(id);
        _instances[id] = OrchestrationRuntimeStatus.Running;
        Started.Add(id);
        return Task.FromResult(id);
    }

    public override Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ThrowFault();
        Raised.Add((instanceId, eventName));
        return Task.CompletedTask;
    }

    public override Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        if (TerminationFault is { } fault)
            throw fault;
        Terminated.Add(instanceId);
        End(instanceId);
        return Task.CompletedTask;
    }

    public override Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        Faults.TryGetValue(instanceId, out var fault)
        ? Task.FromException<OrchestrationMetadata?>(fault)
        : Task.FromResult(_instances.TryGetValue(instanceId, out var status)
            ? new OrchestrationMetadata(nameof(TransferTask), instanceId) { RuntimeStatus = status }
            : null);

    public override Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        if (Faults.TryGetValue(instanceId, out var fault))
            throw fault;
        Purged.Add(instanceId);
        return Task.FromResult(new PurgeResult(1));
    }

    public override Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default) =>
        Task.FromResult(new PurgeResult(0));

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        End(instanceId);
        return Task.FromResult(
            new OrchestrationMetadata(nameof(TransferTask), instanceId) { RuntimeStatus = OrchestrationRuntimeStatus.Completed });
    }

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) =>
        throw new NotSupportedException();

    void ThrowFault()
    {
        if (Fault is not null)
            throw Fault;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
