using DataTransferHub.Engine.Catalog;
using DataTransferHub.Engine.Replay;
using DataTransferHub.Engine.Storage;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Converters;
using Microsoft.DurableTask.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataTransferHub.Servers.Histories;

/// <summary>The history of one generation of one instance, as a hub has written it.</summary>
/// <param name="Name">Its name in the list of tests.</param>
/// <param name="Events">The events, in order.</param>
sealed record RecordedHistory(string Name, IReadOnlyList<HistoryEvent> Events)
{
    /// <summary>The orchestrator.</summary>
    public string Orchestrator => Events.First(e => e.ExecutionStarted is not null).ExecutionStarted.Name;

    /// <summary>Reads a recorded file.</summary>
    public static RecordedHistory Read(string path) =>
        new(Path.GetFileNameWithoutExtension(path), JsonParser.Default.Parse<HistoryChunk>(File.ReadAllText(path)).Events);

    /// <summary>Reads every instance of the file of a hub that does not run.</summary>
    public static IReadOnlyList<RecordedHistory> ReadAll(string databasePath)
    {
        using var connection = Open(databasePath);
        var ids = new List<string>();
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "SELECT id FROM instances ORDER BY id";
            using var rows = command.ExecuteReader();
            while (rows.Read())
                ids.Add(rows.GetString(0));
        }

        using var reader = new StoreReader(connection);
        return [.. ids.Select(id => ReadInstance(reader, id)).Where(history => history.Events.Count > 0)];
    }

    /// <summary>Reads one instance of an engine's file.</summary>
    public static RecordedHistory ReadInstance(string databasePath, string id)
    {
        using var connection = Open(databasePath);
        using var reader = new StoreReader(connection);
        return ReadInstance(reader, id);
    }

    /// <summary>Writes it as a file to be committed.</summary>
    public void Write(string path) => File.WriteAllText(
        path,
        new JsonFormatter(JsonFormatter.Settings.Default.WithIndentation()).Format(new HistoryChunk { Events = { Events } }) + "\n");

    /// <summary>Replays each episode on its own, after those before it, and says what the present code decides in it.</summary>
    public IEnumerable<ReplayedEpisode> Replay(IFunctionCatalog functions)
    {
        foreach (var begin in Enumerable.Range(0, Events.Count).Where(i => Events[i].OrchestratorStarted is not null))
        {
            var episode = Events.Skip(begin).TakeWhile((e, i) => i == 0 || e.OrchestratorStarted is null).ToList();
            var seen = episode.TakeWhile(e => e.EventId < 0).ToList();
            var executor = new OrchestrationExecutor(
                functions, JsonDataConverter.Default, NullLoggerFactory.Instance, TimeSpan.FromDays(3));

            var result = executor.Execute(Events.Take(begin), seen);

            var decided = result.Actions.Select(action => HistoryEvents.FromAction(action, seen[0].Timestamp.ToDateTime()));
            yield return new ReplayedEpisode(
                $"{Orchestrator}, {Name}, event {begin}",
                [.. episode.Skip(seen.Count)],
                [.. decided.OfType<HistoryEvent>()],
                executor.Broken?.Message);
        }
    }

    static SqliteConnection Open(string databasePath)
    {
        // Not created where it is missing.
        var connection = new SqliteConnection($"Data Source={databasePath};Mode=ReadWrite;Pooling=False");
        connection.Open();
        return connection;
    }

    static RecordedHistory ReadInstance(StoreReader reader, string id)
    {
        var episodes = reader.History(reader.Instance(id)!.Key);
        return new RecordedHistory(id, [.. episodes.SelectMany(episode => HistoryChunk.Parser.ParseFrom(episode.Events).Events)]);
    }
}
