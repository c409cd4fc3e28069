using System.Runtime.CompilerServices;
using DataTransferHub.Engine.Tests.Engine;
using DataTransferHub.Servers.Histories;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Protobuf;
using Xunit;

namespace DataTransferHub.Engine.Tests.Replay;

/// <summary>
/// Histories as earlier builds of the engine have written them, taken from their files. They are never changed: instances in
/// the field have them (only the folders of source files are taken out of stack traces). A change of the engine adds one; the old ones must
/// replay for as long as their schema is read.
/// </summary>
public class RecordedHistoryTests
{
    /// <summary>An activity, retries, a timer, an event against a timer, a child, an event sent, suspension, continue-as-new.</summary>
    static readonly FunctionsUnderTest Functions = new FunctionsUnderTest()
        .Activity("Reserve", call => "reserved " + call.Input)
        .Activity("Pay", call => call.Input == "\"now\"" ? "paid" : throw new InvalidOperationException("no money"))
        .Orchestrator("Deliver", async Task<object?> (context) => await context.CallActivityAsync<string>("Reserve", "van"))
        .Orchestrator("Order", async Task<object?> (context) =>
        {
            if (context.GetInput<string>() is "draft")
            {
                context.ContinueAsNew("final");
                return null;
            }
            var number = context.NewGuid();
            context.SetCustomStatus("reserving");
            var reserved = await context.CallActivityAsync<string>("Reserve", number);
            var paid = "unpaid";
            try
            {
                await context.CallActivityAsync<string>("Pay", "later",
                    TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(20), 2)));
            }
            catch (TaskFailedException e) when (e.FailureDetails.IsCausedBy<InvalidOperationException>())
            {
                paid = await context.CallActivityAsync<string>("Pay", "now");
            }
            await context.CreateTimer(TimeSpan.FromMilliseconds(20), default);
            var approved = await context.WaitForExternalEvent<string>("Approve", TimeSpan.FromDays(1));
            var delivered = await context.CallSubOrchestratorAsync<string>("Deliver");
            context.SendEvent("audit", "Ordered", number);
            var both = await Task.WhenAll(
                context.CallActivityAsync<string>("Reserve", "x"), context.CallActivityAsync<string>("Reserve", "y"));
            return string.Join("; ", [number.ToString(), reserved, paid, approved, delivered, .. both, $"{context.CurrentUtcDateTime:o}"]);
        });

    [Theory]
    [InlineData("order-schema-1.json")]
    public void Every_episode_of_a_recorded_history_decides_again_what_it_decided(string name)
    {
        var history = RecordedHistory.Read(HistoryFile(name));
        var episodes = history.Replay(Functions).ToList();
        Assert.True(episodes.Count > 5);
        Assert.All(episodes, episode => Assert.Equal(episode.Recorded, episode.Decided));
        Assert.Equal(OrchestrationStatus.Completed, history.Events[^1].ExecutionCompleted.OrchestrationStatus);
    }

    /// <summary>Keeps the recording current: what this build writes has the same form, or another recording is due.</summary>
    [Fact]
    public async Task This_build_writes_histories_of_the_form_that_was_recorded()
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Order", "draft", EngineUnderTest.Patience);
        await EngineUnderTest.UntilAsync(() => engine.Engine.DescribeWaiting(id)?.Events.Count == 1);
        await engine.Client.SuspendInstanceAsync(id, "lunch", EngineUnderTest.Patience);
        await EngineUnderTest.UntilAsync(() => engine.Client.GetInstanceAsync(id, EngineUnderTest.Patience).Result!.RuntimeStatus
            == OrchestrationRuntimeStatus.Suspended);
        await engine.Client.ResumeInstanceAsync(id, "back", EngineUnderTest.Patience);
        await EngineUnderTest.UntilAsync(() => engine.Client.GetInstanceAsync(id, EngineUnderTest.Patience).Result!.RuntimeStatus
            == OrchestrationRuntimeStatus.Running);
        await engine.Client.RaiseEventAsync(id, "Approve", "yes", EngineUnderTest.Patience);
        await engine.CompletionAsync(id);

        var recording = Path.ChangeExtension(engine.DatabasePath, ".json");
        RecordedHistory.ReadInstance(engine.DatabasePath, id).Write(recording);

        Assert.Equal(Form(HistoryFile("order-schema-1.json")), Form(recording));
    }

    // Without the episodes' beginnings: two results that come together are seen in one episode or in two.
    static List<(HistoryEvent.EventTypeOneofCase Kind, int EventId)> Form(string path) =>
    [
        .. RecordedHistory.Read(path).Events.Where(e => e.OrchestratorStarted is null).Select(e => (e.EventTypeCase, e.EventId)),
    ];

    static string HistoryFile(string name, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "Histories", name);
}
