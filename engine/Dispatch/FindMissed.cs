using DataTransferHub.Engine.Storage;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>
/// Looks again for an instance that is unfinished by its row and not in memory. Here, in commit order, the two agree: if they do not,
/// the instance was missed at the start and is taken up now.
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
