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
    [InlineData(Position.IndexOfTheHistory)]
    public async Task A_task_that_was_running_when_its_history_was_damaged_shows_the_error(Position position)
    {
        await using var scene = await TransferScene.SetAsync(moto, Options);
        var api = scene.Hub.Api;

        // The history of other instances, so that the damage is in the middle of the file.
        for (var i = 0; i < FinishedTasks; i++)
        {
            var other = await api.CreateTaskAsync(scene.Parameters, cancellationToken: TestContext.Current.CancellationToken);
            var finished = await api.WaitUntilOverAsync(other, TransferScene.Patience, TestContext.Current.CancellationToken);
            Assert.Equal("DONE", finished.Progress);
        }

        scene.SourceProxy.Latency = TransferScene.Patience;
        var asked = scene.SourceProxy.WaitForRequestsAsync(1);
        var taskId = await api.CreateTaskAsync(scene.Parameters, cancellationToken: TestContext.Current.CancellationToken);
        await asked.WaitAsync(TransferScene.Patience, TestContext.Current.CancellationToken);
        await scene.Hub.StopAsync();
        Damage(Path.Combine(scene.Hub.DataFolder, "hub.db"), taskId, position);

        await scene.Hub.StartAgainAsync(TestContext.Current.CancellationToken);
        var task = await api.WaitUntilOverAsync(taskId, TransferScene.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(("ERROR", "UN_KNOWN"), (task.Progress, task.ErrorCode));
        Assert.Contains("hub.db' is damaged", task.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("from a backup", task.ErrorMessage, StringComparison.Ordinal);
    }

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
