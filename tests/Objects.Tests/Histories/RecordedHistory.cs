using DataTransferHub.Engine.Storage;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Objects.Tests.Histories;

/// <summary>The history of one generation of one instance, as a hub has written it.</summary>
/// <param name="Name">Tells it in the list of tests.</param>
/// <param name="Events">The events, in order.</param>
sealed record RecordedHistory(string Name, IReadOnlyList<HistoryEvent> Events)
{
    /// <summary>The orchestrator.</summary>
    public string Orchestrator => Events.First(e => e.ExecutionStarted is not null).ExecutionStarted.Name;

    /// <summary>Reads a recorded file.</summary>
    public static RecordedHistory Read(string path) =>
        new(Path.GetFileNameWithoutExtension(path), JsonParser.Default.Parse<HistoryChunk>(File.ReadAllText(path)).Events);

    /// <summary>Reads every instance of a data folder that no hub uses.</summary>
    public static IReadOnlyList<RecordedHistory> ReadAll(string dataFolder)
    {
        var path = Path.Combine(dataFolder, "hub.db");
        var ids = new List<string>();
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "SELECT id FROM instances ORDER BY id";
            using var rows = command.ExecuteReader();
            while (rows.Read())
                ids.Add(rows.GetString(0));
        }

        var reader = new StoreReader(connection);
        return [.. ids.Select(id => new RecordedHistory(id, HistoryOf(reader, id))).Where(history => history.Events.Count > 0)];
    }

    /// <summary>Writes it as a file to be committed.</summary>
    public void Write(string path) => File.WriteAllText(
        path,
        new JsonFormatter(JsonFormatter.Settings.Default.WithIndentation()).Format(new HistoryChunk { Events = { Events } }) + "\n");

    static List<HistoryEvent> HistoryOf(StoreReader reader, string id) =>
        [.. reader.History(reader.Instance(id)!.Key).SelectMany(episode => HistoryChunk.Parser.ParseFrom(episode.Events).Events)];
}
