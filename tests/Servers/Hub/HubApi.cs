using System.Net.Http.Json;
using System.Text.Json;

namespace DataTransferHub.Servers.Hub;

/// <summary>The hub answered a GraphQL request with errors.</summary>
public sealed class HubApiException(string message) : Exception(message);

/// <summary>A small client of the hub's GraphQL API.</summary>
public sealed class HubApi : IDisposable
{
    readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Where the hub listens.</summary>
    public Uri Url { get; set; } = new("http://127.0.0.1:7071");

    /// <summary>Runs one operation and returns its <c>data</c>.</summary>
    /// <exception cref="HubApiException">There were errors; the message holds theirs.</exception>
    public async Task<JsonElement> RunAsync(string query, object? variables = null, CancellationToken cancellationToken = default)
    {
        using var response = await _http.PostAsJsonAsync(new Uri(Url, "/api/graphql"), new { query, variables }, cancellationToken).ConfigureAwait(false);
        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        JsonElement answer;
        try
        {
            answer = JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            throw new HubApiException($"The hub answered {(int)response.StatusCode} with: {text}");
        }

        if (answer.TryGetProperty("errors", out var errors))
            throw new HubApiException(string.Join('\n', errors.EnumerateArray().Select(error => error.GetProperty("message").GetString())));
        return answer.GetProperty("data");
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
