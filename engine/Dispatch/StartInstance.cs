using DataTransferHub.Engine.Storage;
using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>Starts an instance for a client. The result is false if one with that id exists and may not be replaced.</summary>
sealed class StartInstance(Dispatcher dispatcher, HistoryEvent started, long replaceable) : StoreOperation<bool>
{
    CreatedInstance? _created;

    protected override bool Result => _created is not null;

    public override void Apply(StoreTransaction transaction) =>
        _created = InstanceCreation.TryCreate(
            transaction,
            started,
            dispatcher.Replaceable(started.ExecutionStarted.OrchestrationInstance.InstanceId, replaceable),
            dispatcher.Now);

    protected override void Publish()
    {
        if (_created is not null)
            dispatcher.Begin(_created);
    }
}
