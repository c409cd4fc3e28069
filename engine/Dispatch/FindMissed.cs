using DataTransferHub.Engine.Storage;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>
/// Looks up an instance again whose row is unfinished and that is not in memory. In commit order the two must agree; if they do not, the
/// instance was missed at the start and is loaded now.
/// </summary>
sealed class FindMissed(Dispatcher dispatcher, string instanceId) : StoreOperation<bool>
{
    bool _unfinished;

    protected override bool Result => true;

    public override void Apply(StoreTransaction transaction) => _unfinished = transaction.Find(instanceId) is { IsTerminal: false };

    protected override void Publish()
    {
        if (_unfinished && dispatcher.Find(instanceId) is null && dispatcher.FindLost(instanceId) is null)
            new Recovery(dispatcher).TakeLate(instanceId);
    }
}
