using DataTransferHub.Tasks.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataTransferHub.Tasks.Tests.Runs;

/// <summary>What clean-ups could not remove stays on the record until it is gone.</summary>
public sealed class LeftoverTests
{
    static readonly LeftItem One = new("key\n1", "upload-1", "AccessDenied");
    static readonly LeftItem Other = new("key 2", "upload-2", "The store is away.");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_later_clean_up_replaces_what_an_earlier_one_has_left_and_counts_its_attempts()
    {
        await using var hub = new TestHub();
        var leftovers = hub.Get<ILeftovers>();
        var first = hub.Time.GetUtcNow();
        await leftovers.RecordAsync("t", "t-r1", [One, Other], Cancellation);
        hub.Time.Advance(TimeSpan.FromHours(1));
        var second = hub.Time.GetUtcNow();
        await leftovers.RecordAsync("t", "t-r1", [One with { Reason = "still" }], Cancellation);
        await leftovers.RecordAsync("u", "u-r1", [Other], Cancellation);

        Assert.Equal(
            new Leftover("t-r1", One with { Reason = "still" }, first, second, 2),
            Assert.Single(await leftovers.ListAsync("t", 10, Cancellation)));
        Assert.Equal([new("t", "t-r1"), new LeftoverRun("u", "u-r1")], await leftovers.ListRunsAsync(null, Cancellation));
        Assert.Equal([new LeftoverRun("u", "u-r1")], await leftovers.ListRunsAsync("u", Cancellation));
        await leftovers.RecordAsync("t", "t-r1", [], Cancellation);
        Assert.Empty(await leftovers.ListAsync("t", 10, Cancellation));
    }

    [Fact]
    public async Task They_are_shown_with_their_task_and_removed_by_the_hour_whatever_became_of_the_task()
    {
        await using var hub = new TestHub();
        var id = await hub.CreateTaskAsync();
        var leftovers = hub.Get<ILeftovers>();
        await leftovers.RecordAsync(id, $"{id}-r1", [One], Cancellation);
        const string Query = "query($id: ID!) { getTask(id: $id) { leftovers { runId item name reason attempts } } }";
        var left = (await hub.ExecuteAsync(Query, new { id }))["data"]!["getTask"]!["leftovers"]![0]!;
        Assert.Equal(($"{id}-r1", "key\n1", "upload-1", "AccessDenied", 1),
            ((string)left["runId"]!, (string)left["item"]!, (string)left["name"]!, (string)left["reason"]!, (int)left["attempts"]!));

        await hub.Store.UpdateAsync(id, TaskLifecycle.RequestStop, Cancellation);
        await hub.Store.UpdateAsync(id, task => TaskLifecycle.Stop(task, null, hub.Time.GetUtcNow()), Cancellation);
        var cleaned = new List<string>();
        hub.Plugin.CleaningUp = run =>
        {
            cleaned.Add(run.RunId);
            return cleaned.Count == 1 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;
        };
        var hourly = new CleanUpLeftovers(
            leftovers, hub.Store, hub.Get<Plugins.TransferPlugins>(), NullLogger<CleanUpLeftovers>.Instance);
        await hourly.RunAsync(new TimerInfo(), Cancellation);
        await hourly.RunAsync(new TimerInfo(), Cancellation);

        Assert.Equal([$"{id}-r1", $"{id}-r1"], cleaned);
    }
}
