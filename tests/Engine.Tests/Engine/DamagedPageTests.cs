using System.Buffers.Binary;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using Xunit;

namespace DataTransferHub.Engine.Tests.Engine;

/// <summary>Pages of the file that are overwritten while the engine is stopped: it starts, and only what was on them is lost.</summary>
public class DamagedPageTests(ITestOutputHelper output)
{
    const int PageBytes = 4096;
    const int PagesPerSeed = 10;
    const int Waiting = 30;
    const int RescueEvent = 103;
    const byte LeafOfTable = 13;

    static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    static readonly Func<FunctionsUnderTest> Functions = () => new FunctionsUnderTest()
        .Activity("Echo", call => call.Input)
        .Orchestrator("Waits", async Task<object?> (context) =>
        {
            for (var i = 0; i < 3; i++)
                await context.CallActivityAsync("Echo", new string('x', 2500 * i));
            return await context.WaitForExternalEvent<string>("Go");
        })
        .Orchestrator("Parent", async Task<object?> (context) =>
            await context.CallSubOrchestratorAsync<string>(
                "Waits", options: new SubOrchestrationOptions(instanceId: context.InstanceId + "-child")));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_page_is_overwritten_only_the_instances_on_it_fail_and_say_so(int seed)
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions());
        var ids = await BeginAsync(engine);
        await engine.Engine.StopAsync(EngineUnderTest.Patience);
        var original = await File.ReadAllBytesAsync(engine.DatabasePath, EngineUnderTest.Patience);
        var random = new Random(seed);
        for (var sample = 0; sample < PagesPerSeed; sample++)
        {
            var page = random.Next(1, original.Length / PageBytes);
            var damaged = (byte[])original.Clone();
            random.NextBytes(damaged.AsSpan(page * PageBytes, PageBytes));
            await File.WriteAllBytesAsync(engine.DatabasePath, damaged, EngineUnderTest.Patience);
            var before = engine.Log.Entries.Count;

            await engine.CrashAndRestartAsync();
            var ends = await Task.WhenAll(ids.Select(id => EndAsync(engine, id)));
            await engine.Engine.StopAsync(EngineUnderTest.Patience);

            // A page of the list of free pages is not searched.
            var told = engine.Log.Entries.Skip(before).SingleOrDefault(entry => entry.Id == RescueEvent).Text ?? "nothing";
            output.WriteLine($"{told}\n{string.Join(", ", ends.GroupBy(end => end).Select(group => $"{group.Key}: {group.Count()}"))}");
            Assert.All(ends, end => Assert.True(end is "went on" or "CorruptHistory", end));
            if (!told.Contains("unknown number", StringComparison.Ordinal))
                Assert.InRange(ends.Count(end => end == "CorruptHistory"), 0, 2 * LostRows(told));
        }
    }

    [Fact]
    public async Task An_instance_whose_row_is_lost_is_failed_by_its_id()
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions());
        var ids = await BeginAsync(engine);
        await engine.Engine.StopAsync(EngineUnderTest.Patience);
        OverwriteLastLeafOf("instances", engine.DatabasePath);

        await engine.CrashAndRestartAsync();
        var ends = await Task.WhenAll(
            ids.Select(id => engine.Client.GetInstanceAsync(id, getInputsAndOutputs: true, EngineUnderTest.Patience)));

        Assert.All(ends, Assert.NotNull);
        var lost = ends.Where(end => end!.FailureDetails?.ErrorMessage ==
            $"'{engine.DatabasePath}' was damaged, and the state of this instance is lost. Start the work again, or restore the data "
            + "folder from a backup.").ToList();
        Assert.InRange(lost.Count, 1, ids.Count - 1);
        Assert.Equal("Waits", lost[^1]!.Name);
        Assert.Contains(ends, end => end!.FailureDetails is null);
    }

    // "... Rows that were lost: 3 of history, 2 of payloads. ..."
    static int LostRows(string told) => Regex.Matches(told, @"(\d+) of \w+").Sum(match => int.Parse(match.Groups[1].Value, Invariant));

    static void OverwriteLastLeafOf(string table, string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT rootpage FROM sqlite_schema WHERE name = $table";
        command.Parameters.AddWithValue("$table", table);
        var page = (long)command.ExecuteScalar()!;
        connection.Close();
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        var header = new byte[12];
        for (var isLeaf = false; !isLeaf;)
        {
            file.Position = (page - 1) * PageBytes;
            file.ReadExactly(header);
            isLeaf = header[0] == LeafOfTable;
            if (!isLeaf)
                page = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8));
        }
        file.Position = (page - 1) * PageBytes;
        file.Write(Enumerable.Repeat((byte)0xa5, PageBytes).ToArray());
    }

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
        await EngineUnderTest.UntilAsync(() => ids.TrueForAll(id => engine.Engine.DescribeWaiting(id) is { Activities.Count: 0 } open
            && open.Events.Count + open.SubOrchestrations.Count == 1));

        // Messages that nobody has consumed: of instances that are suspended.
        foreach (var id in ids.Where(id => !id.EndsWith("-child", StringComparison.Ordinal)).Take(10))
            await engine.Client.SuspendInstanceAsync(id, "pause", EngineUnderTest.Patience);
        return ids;
    }

    static async Task<string> EndAsync(EngineUnderTest engine, string id)
    {
        await engine.Client.ResumeInstanceAsync(id, "go on", EngineUnderTest.Patience);
        await engine.Client.RaiseEventAsync(id, "Go", "went on", EngineUnderTest.Patience);
        var end = await engine.CompletionAsync(id);
        return end.FailureDetails is { } failure ? (failure.InnerFailure ?? failure).ErrorType : end.ReadOutputAs<string>()!;
    }
}
