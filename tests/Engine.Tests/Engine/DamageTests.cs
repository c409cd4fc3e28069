using DataTransferHub.Sqlite;
using Microsoft.DurableTask;
using Xunit;

namespace DataTransferHub.Engine.Tests.Engine;

/// <summary>Damage of the file while the engine is stopped: every instance that cannot continue reports it.</summary>
public class DamageTests(ITestOutputHelper output)
{
    const int PageBytes = 4096;
    const int Waiting = 40;

    static readonly Func<FunctionsUnderTest> Functions = () => new FunctionsUnderTest()
        .Activity("Echo", call => call.Input)
        .Orchestrator("Waits", async Task<object?> (context) =>
        {
            await context.CallActivityAsync("Echo", new string('x', 500));
            return await context.WaitForExternalEvent<string>("Go");
        })
        .Orchestrator("Parent", async Task<object?> (context) =>
            await context.CallSubOrchestratorAsync<string>(
                "Waits", options: new SubOrchestrationOptions(instanceId: context.InstanceId + "-child")));

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Whatever_byte_is_changed_no_instance_waits_without_a_word(int seed)
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions());
        var ids = await BeginAsync(engine);
        await engine.Engine.StopAsync(EngineUnderTest.Patience);

        var random = new Random(seed);
        var length = (int)new FileInfo(engine.DatabasePath).Length;
        for (var i = random.Next(1, 4); i > 0; i--)
            Change(engine.DatabasePath, random.Next(PageBytes, length), bytes: random.Next(1, 64), (byte)random.Next(1, 256));

        try
        {
            await engine.CrashAndRestartAsync();
        }
        catch (DatabaseException e) when (e.IsDamage)
        {
            output.WriteLine($"The start was refused: {e.Message}");
            Assert.Contains(engine.DatabasePath, e.Message, StringComparison.Ordinal);
            return;
        }

        var ends = await Task.WhenAll(ids.Select(id => EndAsync(engine, id)));
        output.WriteLine(string.Join(", ", ends.GroupBy(end => end).Select(group => $"{group.Key}: {group.Count()}")));
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    static async Task<IReadOnlyList<string>> BeginAsync(EngineUnderTest engine)
    {
        var ids = new List<string>();
        for (var i = 0; i < Waiting; i++)
        {
            var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync(i % 4 == 0 ? "Parent" : "Waits", EngineUnderTest.Patience);
            ids.Add(id);
            if (i % 4 == 0)
                ids.Add(id + "-child");
        }
        await EngineUnderTest.UntilAsync(() => ids.TrueForAll(Waits));
        return ids;

        bool Waits(string id) => engine.Engine.DescribeWaiting(id) is { Activities.Count: 0 } open
            && open.Events.Count + open.SubOrchestrations.Count == 1;
    }

    // An instance continues, or has failed, or a query for it reports the damage.
    static async Task<string> EndAsync(EngineUnderTest engine, string id)
    {
        try
        {
            await engine.Client.RaiseEventAsync(id, "Go", "went on", EngineUnderTest.Patience);
            var waits = engine.Client.GetInstanceAsync(id, EngineUnderTest.Patience);
            if (await waits is null)
                return "gone";
            var end = await engine.CompletionAsync(id);
            return end.FailureDetails is { } failure ? (failure.InnerFailure ?? failure).ErrorType : end.ReadOutputAs<string>()!;
        }
        catch (InvalidDataException e)
        {
            Assert.Contains(engine.DatabasePath, e.Message, StringComparison.Ordinal);
            return "told";
        }
        catch (OperationCanceledException)
        {
            var row = await engine.Client.GetInstanceAsync(id, EngineUnderTest.Patience);
            var waiting = Describe(engine.Engine.DescribeWaiting(id));
            throw new TimeoutException($"Instance {id} is {row?.RuntimeStatus} and reports nothing; it waits for {waiting}.");
        }
    }

    static string Describe(InstanceWaiting? waiting) => waiting is null
        ? "nothing"
        : string.Join(", ", [.. waiting.Activities.Values, .. waiting.SubOrchestrations.Values, .. waiting.Events]);

    static void Change(string path, long offset, int bytes, byte mask)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        var changed = new byte[bytes];
        file.Seek(offset, SeekOrigin.Begin);
        var count = file.ReadAtLeast(changed, bytes, throwOnEndOfStream: false);
        file.Seek(offset, SeekOrigin.Begin);
        file.Write([.. changed.Take(count).Select(value => (byte)(value ^ mask))]);
    }
}
