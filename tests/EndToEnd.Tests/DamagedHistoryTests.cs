using System.Text;
using DataTransferHub.Servers.S3;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DataTransferHub.EndToEnd.Tests;

/// <summary>A task whose history is damaged reports it, and does not wait silently.</summary>
public sealed class DamagedHistoryTests(SharedMoto moto)
{
    const int PageBytes = 4096;
    const int FinishedTasks = 12;

    static readonly Dictionary<string, string> Options = new() { ["Hub__ShutdownGrace"] = "00:00:00.1" };

    public enum Position
    {
        EventsOfTheTask,
        EventsOfTheRun,
        HeaderOfThePage,
        CellsOfThePage,
        IndexOfTheHistory,
    }

    [Theory]
    [InlineData(Position.EventsOfTheTask)]
    [InlineData(Position.EventsOfTheRun)]
    [InlineData(Position.HeaderOfThePage)]
    [InlineData(Position.CellsOfThePage)]
    public async Task A_task_that_was_running_when_its_history_was_damaged_shows_the_error(Position position)
    {
        await using var scene = await TransferScene.SetAsync(moto, Options);
        var api = scene.Hub.Api;
        var taskId = await StopInARunAsync(scene);
        Damage(Path.Combine(scene.Hub.DataFolder, "hub.db"), taskId, position);

        await scene.Hub.StartAgainAsync(Cancellation);
        var task = await api.WaitUntilOverAsync(taskId, TransferScene.Patience, Cancellation);

        Assert.Equal(("ERROR", "UN_KNOWN"), (task.Progress, task.ErrorCode));
        Assert.Matches("hub.db' (is|was) damaged", task.ErrorMessage);
        Assert.Contains("from a backup", task.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_index_is_told_in_one_line_and_the_run_goes_on()
    {
        await using var scene = await TransferScene.SetAsync(moto, Options);
        var taskId = await StopInARunAsync(scene);
        Damage(Path.Combine(scene.Hub.DataFolder, "hub.db"), taskId, Position.IndexOfTheHistory);
        scene.SourceProxy.Latency = TimeSpan.Zero;

        await scene.Hub.StartAgainAsync(Cancellation);
        var task = await scene.Hub.Api.WaitUntilOverAsync(taskId, TransferScene.Patience, Cancellation);

        Assert.True(task.Progress == "DONE", $"{task}\n{scene.Hub.LogTail()}");
        Assert.Single(await LinesAsync(scene, "hub.db' was damaged"), line => line.Contains("none is lost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tasks_whose_records_are_lost_are_shown_as_errors_and_the_hub_goes_on()
    {
        await using var scene = await TransferScene.SetAsync(moto, Options);
        var taskId = await StopInARunAsync(scene);
        var path = Path.Combine(scene.Hub.DataFolder, "tasks.db");
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        // A record begins with its id and its type; indexes do not hold the type.
        var record = Encoding.UTF8.GetBytes(taskId + "S3EC2");
        for (var at = bytes.AsSpan().IndexOf(record); at >= 0; at = bytes.AsSpan().IndexOf(record))
            bytes.AsSpan(at / PageBytes * PageBytes, PageBytes).Fill(0xa5);
        await File.WriteAllBytesAsync(path, bytes, Cancellation);
        scene.SourceProxy.Latency = TimeSpan.Zero;

        await scene.Hub.StartAgainAsync(Cancellation);
        var lost = await scene.Hub.Api.GetTaskAsync(taskId, Cancellation);
        var next = await scene.Hub.Api.CreateTaskAsync(scene.Parameters, cancellationToken: Cancellation);
        var task = await scene.Hub.Api.WaitUntilOverAsync(next, TransferScene.Patience, Cancellation);

        Assert.Equal("ERROR", lost.Progress);
        Assert.Contains("the record of this task is lost", lost.ErrorMessage, StringComparison.Ordinal);
        Assert.True(task.Progress == "DONE", $"{task}\n{scene.Hub.LogTail()}");
        Assert.Single(await LinesAsync(scene, "tasks.db' was damaged"), line => line.Contains("of tasks", StringComparison.Ordinal));
    }

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Leaves a run whose source does not answer, and the histories of other tasks, so that damage is in the middle of the file.
    static async Task<string> StopInARunAsync(TransferScene scene)
    {
        var api = scene.Hub.Api;
        for (var i = 0; i < FinishedTasks; i++)
        {
            var other = await api.CreateTaskAsync(scene.Parameters, cancellationToken: Cancellation);
            var finished = await api.WaitUntilOverAsync(other, TransferScene.Patience, Cancellation);
            Assert.Equal("DONE", finished.Progress);
        }

        scene.SourceProxy.Latency = TransferScene.Patience;
        var asked = scene.SourceProxy.WaitForRequestsAsync(1);
        var taskId = await api.CreateTaskAsync(scene.Parameters, cancellationToken: Cancellation);
        await asked.WaitAsync(TransferScene.Patience, Cancellation);
        await scene.Hub.StopAsync();
        return taskId;
    }

    static async Task<IEnumerable<string>> LinesAsync(TransferScene scene, string words) =>
        (await File.ReadAllLinesAsync(scene.Hub.LogFile, Cancellation)).Where(line => line.Contains(words, StringComparison.Ordinal));

    static void Damage(string path, string taskId, Position position)
    {
        var (copies, index) = Locate(path, position == Position.EventsOfTheRun ? taskId + "-r1" : taskId);
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        foreach (var events in copies)
        {
            var page = events / PageBytes * PageBytes;
            var (offset, count) = position switch
            {
                Position.HeaderOfThePage => (page, 8),
                Position.CellsOfThePage => (page + 8, 32),
                Position.IndexOfTheHistory => (index, 64),
                _ => (events + 4, 16),
            };
            file.Position = offset;
            file.Write([.. Enumerable.Repeat((byte)0xa5, count)]);
        }
    }

    /// <summary>
    /// Where in the file the events of an instance's last episode are, with copies of them that SQLite left behind when it moved rows
    /// between pages, and the root of the index that finds them.
    /// </summary>
    static (IReadOnlyList<long> Events, long Index) Locate(string path, string instanceId)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False;Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT events, (SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_history_1')
            FROM history JOIN instances ON instances.key = history.instance WHERE id = $id ORDER BY episode DESC LIMIT 1
            """;
        command.Parameters.AddWithValue("$id", instanceId);
        using var row = command.ExecuteReader();
        Assert.True(row.Read(), $"The file holds no history of {instanceId}.");
        var events = (byte[])row[0];

        // Long ones continue in other pages; the beginning is enough to find them.
        var file = File.ReadAllBytes(path);
        var beginning = events.AsSpan(0, Math.Min(events.Length, 200));
        var copies = new List<long>();
        for (var from = 0; file.AsSpan(from).IndexOf(beginning) is >= 0 and var at; from += at + 1)
            copies.Add(from + at);
        Assert.True(copies is [> PageBytes, ..], "The events are not where they can be changed without making the file unreadable.");
        return (copies, (row.GetInt64(1) - 1) * PageBytes);
    }
}
