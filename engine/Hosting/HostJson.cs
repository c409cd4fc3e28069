using System.Text.Json;
using System.Text.Json.Nodes;

namespace DataTransferHub.Engine.Hosting;

/// <summary>The settings of <c>host.json</c> that the embedded host heeds; it is the file the official host reads, too.</summary>
sealed record HostJson
{
    static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Path before every HTTP function's route.</summary>
    internal string RoutePrefix { get; init; } = "api";

    /// <summary>Time after which an invocation is cancelled; null means never.</summary>
    internal TimeSpan? FunctionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Name of the task hub.</summary>
    internal string HubName { get; init; } = "DurableFunctionsHub";

    /// <summary>Activities that run at once, at most.</summary>
    internal int MaxConcurrentActivities { get; init; } = 10 * Environment.ProcessorCount;

    /// <summary>Orchestrators that run at once, at most.</summary>
    internal int MaxConcurrentOrchestrators { get; init; } = 10 * Environment.ProcessorCount;

    /// <summary>Lowest log level by category; the category <c>Default</c> is every other one's.</summary>
    internal IReadOnlyDictionary<string, string> LogLevels { get; init; } = new Dictionary<string, string>();

    /// <summary>Reads the file beside the program, if there is one.</summary>
    /// <exception cref="StartFailure">The file is there and cannot be understood.</exception>
    internal static HostJson Load(string directory)
    {
        var path = Path.Combine(directory, "host.json");
        if (!File.Exists(path))
            return new();
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new StartFailure($"{path} cannot be understood: {e.Message}", e);
        }
    }

    /// <summary>Reads the text of the file.</summary>
    internal static HostJson Parse(string json)
    {
        var root = JsonNode.Parse(json, documentOptions: Lenient);
        var durable = root?["extensions"]?["durableTask"];
        var otherwise = new HostJson();
        return new()
        {
            RoutePrefix = (Text(root?["extensions"]?["http"]?["routePrefix"]) ?? otherwise.RoutePrefix).Trim('/'),
            FunctionTimeout = Text(root?["functionTimeout"]) switch
            {
                null => otherwise.FunctionTimeout,
                "-1" => null,
                var text when TimeSpan.TryParse(text, out var time) && time > TimeSpan.Zero => time,
                var text => throw new FormatException($"functionTimeout '{text}' is not hh:mm:ss, nor -1 for none."),
            },
            HubName = Text(durable?["hubName"]) ?? otherwise.HubName,
            MaxConcurrentActivities = Limit(durable, "maxConcurrentActivityFunctions") ?? otherwise.MaxConcurrentActivities,
            MaxConcurrentOrchestrators = Limit(durable, "maxConcurrentOrchestratorFunctions") ?? otherwise.MaxConcurrentOrchestrators,
            LogLevels = root?["logging"]?["logLevel"] is JsonObject levels
                ? levels.ToDictionary(level => level.Key, level => Text(level.Value) ?? "Information", StringComparer.OrdinalIgnoreCase)
                : otherwise.LogLevels,
        };
    }

    static string? Text(JsonNode? node) => node?.ToString();

    static int? Limit(JsonNode? durable, string name) => durable?[name] switch
    {
        null => null,
        var node when int.TryParse(node.ToString(), out var limit) && limit > 0 => limit,
        var node => throw new FormatException($"extensions.durableTask.{name} '{node}' is not a number above zero."),
    };
}
