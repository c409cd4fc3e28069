using System.Globalization;
using DataTransferHub.Engine.Dispatch;
using DataTransferHub.Engine.Replay;
using DataTransferHub.Engine.Storage;
using DataTransferHub.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Client;

sealed partial class EmbeddedDurableTaskClient
{
    // Instances removed in one transaction, so that a large purge does not block the writer.
    const int PurgeBatch = 100;

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var dispatcher = engine();
        var found = Look();
        if (found is null or { IsCompleted: true } || dispatcher.Find(instanceId) is not null)
            return found;

        // It has just started or ended, or the engine missed it at the start, and it would appear to be running forever.
        await WriteAsync(dispatcher, new FindMissed(dispatcher, instanceId)).WaitAsync(cancellation);
        return Look();

        // A lost instance takes precedence, even if its row is readable: the row does not show that it failed.
        OrchestrationMetadata? Look() => dispatcher.FindLost(instanceId) is { } lost
            ? ToMetadata(instanceId, lost, getInputsAndOutputs)
            : Read(reader => reader.Instance(instanceId) is { } instance ? ToMetadata(reader, instance, getInputsAndOutputs) : null);
    }

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, status => status != OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, status => ((OrchestrationStatus)(int)status).IsTerminal(), getInputsAndOutputs, cancellation);

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        var query = filter ?? new OrchestrationQuery();
        var instances = new InstanceFilter(
            Mask(query.Statuses), query.CreatedFrom?.UtcDateTime, query.CreatedTo?.UtcDateTime, query.InstanceIdPrefix);
        return Pageable.Create<OrchestrationMetadata>((token, size, _) =>
        {
            var limit = size ?? query.PageSize;
            var page = Read(reader =>
            {
                var found = reader.Page(instances, ReadToken(token ?? query.ContinuationToken), limit);
                var all = found.Select(instance => engine().FindLost(instance.Id) is { } lost
                    ? ToMetadata(instance.Id, lost, query.FetchInputsAndOutputs)
                    : ToMetadata(reader, instance, query.FetchInputsAndOutputs));
                var last = found.Count == limit ? WriteToken(found[^1].Key) : null;
                return new Page<OrchestrationMetadata>([.. all], last);
            });
            return Task.FromResult(page);
        });
    }

    public override Task<Page<string>> ListInstanceIdsAsync(
        IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus = null,
        DateTimeOffset? completedTimeFrom = null,
        DateTimeOffset? completedTimeTo = null,
        int pageSize = OrchestrationQuery.DefaultPageSize,
        string? lastInstanceKey = null,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pageSize);
        var ids = Read(reader => reader.FinishedIds(
            Mask(runtimeStatus),
            completedTimeFrom?.UtcDateTime ?? DateTime.MinValue,
            completedTimeTo?.UtcDateTime ?? DateTime.MaxValue,
            ReadToken(lastInstanceKey),
            pageSize));
        var next = ids.Count == pageSize ? WriteToken(ids[^1].Key) : null;
        return Task.FromResult(new Page<string>([.. ids.Select(i => i.Id)], next));
    }

    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var purge = await PurgeAsync([instanceId], options).WaitAsync(cancellation);
        return purge.Unfinished is { } unfinished
            ? throw new InvalidOperationException(
                $"The instance '{unfinished}' has not ended; only finished instances can be purged. Terminate it first.")
            : new PurgeResult(purge.Purged);
    }

    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var dispatcher = engine();
        var begun = dispatcher.Time.GetTimestamp();
        var asked = Mask(filter.Statuses);
        var mask = asked == 0 ? InstanceCreation.Finished : asked & InstanceCreation.Finished;
        if (mask == 0)
            return new PurgeResult(0, true);
        var instances = new InstanceFilter(mask, filter.CreatedFrom?.UtcDateTime, filter.CreatedTo?.UtcDateTime, null);
        var purged = 0;
        var after = 0L;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var page = Read(reader => reader.Page(instances, after, PurgeBatch));
            if (page.Count > 0)
                purged += (await PurgeAsync([.. page.Select(i => i.Id)], options)).Purged;
            if (page.Count < PurgeBatch)
                return new PurgeResult(purged, true);
            after = page[^1].Key;
            if (filter.Timeout is { } limit && dispatcher.Time.GetElapsedTime(begun) >= limit)
                return new PurgeResult(purged, false);
        }
    }

    async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, Predicate<OrchestrationRuntimeStatus> reached, bool getInputsAndOutputs, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        // Checks before it registers, so that a query for an existing state leaves nothing behind; then again, so that no change is missed.
        for (Task? change = null; ;)
        {
            var instance = await GetInstancesAsync(instanceId, getInputsAndOutputs, cancellation)
                ?? throw new InvalidOperationException($"There is no orchestration with instance id '{instanceId}'.");
            if (reached(instance.RuntimeStatus))
                return instance;
            if (change is not null)
                await change.WaitAsync(cancellation);
            change = engine().Signals.NextChange(instanceId);
        }
    }

    Task<Purge> PurgeAsync(IReadOnlyList<string> instanceIds, PurgeInstanceOptions? options)
    {
        var dispatcher = engine();
        return WriteAsync(dispatcher, new PurgeInstances(dispatcher, instanceIds, options?.Recursive ?? false));
    }

    T Read<T>(Func<StoreReader, T> read)
    {
        try
        {
            return engine().Store.Read(read);
        }
        catch (DatabaseException e) when (e.IsDamage)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    // A damaged file is reported with a type that callers know, as retrying does not help.
    static async Task<T> WriteAsync<T>(Dispatcher dispatcher, StoreOperation<T> operation)
    {
        try
        {
            return await dispatcher.Store.WriteAsync(operation);
        }
        catch (DatabaseException e) when (e.IsDamage)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    static OrchestrationMetadata ToMetadata(string instanceId, LostInstance lost, bool withPayloads) => new(lost.Name, instanceId)
    {
        RuntimeStatus = OrchestrationRuntimeStatus.Failed,
        FailureDetails = withPayloads ? Failures.ToDetails(lost.Failure) : null,
    };

    OrchestrationMetadata ToMetadata(StoreReader reader, InstanceRecord instance, bool withPayloads) => new(instance.Name, instance.Id)
    {
        DataConverter = withPayloads ? converter : null,
        RuntimeStatus = (OrchestrationRuntimeStatus)(int)instance.Status,
        CreatedAt = instance.Created,
        LastUpdatedAt = instance.Updated,
        Tags = instance.Tags,
        SerializedInput = withPayloads ? reader.Text(instance.Key, PayloadKind.Input) : null,
        SerializedOutput = withPayloads ? reader.Text(instance.Key, PayloadKind.Output) : null,
        SerializedCustomStatus = withPayloads ? instance.CustomStatus : null,
        FailureDetails = withPayloads && reader.Failure(instance.Key) is { } failure ? Failures.ToDetails(failure) : null,
    };

    static long Mask(IEnumerable<OrchestrationRuntimeStatus>? statuses) =>
        InstanceFilter.Mask(statuses?.Select(status => (OrchestrationStatus)(int)status));

    static string WriteToken(long key) => key.ToString(CultureInfo.InvariantCulture);

    static long ReadToken(string? token)
    {
        if (string.IsNullOrEmpty(token))
            return 0;
        return long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var key)
            ? key
            : throw new ArgumentException($"'{token}' is not a continuation token of this hub.", nameof(token));
    }
}
