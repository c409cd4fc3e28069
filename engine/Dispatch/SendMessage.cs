using DataTransferHub.Engine.Storage;
using Google.Protobuf;
using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Dispatch;

enum Delivery
{
    Delivered,
    NoSuchInstance,
    Finished,
}

/// <summary>Sends a client's event to an instance: raised, terminated, suspended or resumed.</summary>
sealed class SendMessage(Dispatcher dispatcher, string instanceId, HistoryEvent message) : StoreOperation<Delivery>
{
    readonly byte[] _data = message.ToByteArray();
    Delivery _delivery;
    long _sequence;

    protected override Delivery Result => _delivery;

    public override void Apply(StoreTransaction transaction)
    {
        if (transaction.Find(instanceId) is not { } head)
        {
            _delivery = Delivery.NoSuchInstance;
        }
        else if (head.IsTerminal)
        {
            _delivery = Delivery.Finished;
        }
        else
        {
            _delivery = Delivery.Delivered;
            _sequence = transaction.WriteMessage(head.Key, 0, null, _data);
        }
    }

    protected override void Publish()
    {
        // Every instance in memory must have a row.
        if (_delivery == Delivery.NoSuchInstance)
            dispatcher.FailUnreachable(instanceId);
        else if (_delivery == Delivery.Delivered)
            dispatcher.Find(instanceId)?.Enqueue(new InstanceMessage(_sequence, null, message));
    }
}
