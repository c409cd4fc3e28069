using DataTransferHub.Engine.Dispatch;
using DataTransferHub.Engine.Replay;

namespace DataTransferHub.Engine;

/// <summary>What an unfinished instance waits for.</summary>
/// <param name="Activities">Activities that are queued or running, by task id.</param>
/// <param name="Timers">When timers are due, by task id.</param>
/// <param name="SubOrchestrations">Instance ids of children, by task id.</param>
/// <param name="Events">Names of external events that its code awaits.</param>
sealed record InstanceWaiting(
    IReadOnlyDictionary<int, string> Activities,
    IReadOnlyDictionary<int, DateTime> Timers,
    IReadOnlyDictionary<int, string> SubOrchestrations,
    IReadOnlyList<string> Events)
{
    internal static InstanceWaiting? Describe(Dispatcher dispatcher, string instanceId)
    {
        if (dispatcher.Find(instanceId) is not { } mailbox)
            return null;
        var events = AwaitedEvents(dispatcher, mailbox);
        return mailbox.Inspect(open => new InstanceWaiting(
            open.Activities.ToDictionary(a => a.Key, a => a.Value.Name),
            open.Timers.ToDictionary(),
            open.Children.ToDictionary(),
            events));
    }

    static List<string> AwaitedEvents(Dispatcher dispatcher, InstanceMailbox mailbox)
    {
        if (mailbox.TryPeek(executor => executor.Events.AwaitedNames.ToList()) is { } names)
            return names;
        // Not in memory, or an episode is running: its history is replayed to find what it awaits.
        var past = dispatcher.Store.Read(reader => EpisodeRunner.ReadHistory(reader, mailbox.Key));
        var replayed = new OrchestrationExecutor(
            dispatcher.Catalog, dispatcher.Converter, dispatcher.Loggers, dispatcher.Options.MaximumTimerInterval);
        replayed.Execute(past, []);
        return [.. replayed.Events.AwaitedNames];
    }
}
