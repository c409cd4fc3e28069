using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Hosting.Settings;

/// <summary>The settings that the embedded host reads from <c>host.json</c>, the file of the official host.</summary>
sealed record HostJson
{
    // The longest delay of a .NET timer, rounded down.
    static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(24);

    // More than any machine can use; a larger number is a mistake.
    const int MostConcurrent = 100_000;

    static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Prefix of every HTTP function's route.</summary>
    internal string RoutePrefix { get; init; } = "api";

    /// <summary>Time after which an invocation is cancelled; null means never.</summary>
    internal TimeSpan? FunctionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Name of the task hub.</summary>
    internal string HubName { get; init; } = "DurableFunctionsHub";

    /// <summary>Maximum number of concurrent activities.</summary>
    internal int MaxConcurrentActivities { get; init; } = 10 * Environment.ProcessorCount;

    /// <summary>Maximum number of concurrent orchestrators.</summary>
    internal int MaxConcurrentOrchestrators { get; init; } = 10 * Environment.ProcessorCount;

    /// <summary>Lowest log level by category; the category <c>Default</c> applies to all others.</summary>
    internal IReadOnlyDictionary<string, string> LogLevels { get; init; } = new Dictionary<string, string>();

    /// <summary>Reads the file beside the program, if there is one.</summary>
    /// <exception cref="StartFailure">The file exists but is not valid.</exception>
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
            throw StartFailure.Option($"{path} is not valid: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartFailure($"{path} cannot be read: {e.Message}", e);
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
                var text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time)
                    && time > TimeSpan.Zero && time <= LongestTimeout => time,
                var text => throw new FormatException(
                    $"functionTimeout '{text}' must be a time above zero and up to 24 days (hh:mm:ss or d.hh:mm:ss), or -1 for none."),
            },
            HubName = Text(durable?["hubName"]) switch
            {
                null => otherwise.HubName,
                var text when !string.IsNullOrWhiteSpace(text) => text,
                var text => throw new FormatException($"extensions.durableTask.hubName '{text}' is blank; give a name, or remove it."),
            },
            MaxConcurrentActivities = Limit(durable, "maxConcurrentActivityFunctions") ?? otherwise.MaxConcurrentActivities,
            MaxConcurrentOrchestrators = Limit(durable, "maxConcurrentOrchestratorFunctions") ?? otherwise.MaxConcurrentOrchestrators,
            LogLevels = root?["logging"]?["logLevel"] is JsonObject levels
                ? levels.ToDictionary(level => level.Key, level => Level(level.Key, level.Value), StringComparer.OrdinalIgnoreCase)
                : otherwise.LogLevels,
        };
    }

    static string? Text(JsonNode? node) => node?.ToString();

    static string Level(string category, JsonNode? level) =>
        Text(level) is { } text && Enum.TryParse<LogLevel>(text, ignoreCase: true, out var known) && Enum.IsDefined(known)
            ? text
            : throw new FormatException(
                $"logging.logLevel.{category} '{level}' must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}.");

    static int? Limit(JsonNode? durable, string name) => durable?[name] switch
    {
        null => null,
        var node when int.TryParse(node.ToString(), CultureInfo.InvariantCulture, out var limit)
            && limit is > 0 and <= MostConcurrent => limit,
        var node => throw new FormatException($"extensions.durableTask.{name} '{node}' must be a whole number from 1 to {MostConcurrent}."),
    };
}
