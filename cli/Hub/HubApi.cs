using System.Net.Http.Json;
using System.Text.Json;

namespace DataTransferHub.Cli.Hub;

/// <summary>The hub answered a GraphQL request with errors.</summary>
public sealed class HubApiException(string message) : Exception(message);

/// <summary>A small client of the hub's GraphQL API.</summary>
public sealed class HubApi : IDisposable
{
    readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Where the hub listens.</summary>
    public Uri Url { get; set; } = new("http://127.0.0.1:7071");

    /// <summary>Runs one operation and returns its <c>data</c>.</summary>
    /// <exception cref="HubApiException">There were errors; the message contains them.</exception>
    public async Task<JsonElement> RunAsync(string query, object? variables = null, CancellationToken cancellationToken = default)
    {
        using var response = await _http.PostAsJsonAsync(
            new Uri(Url, "/api/graphql"), new { query, variables }, JsonSerializerOptions.Default, cancellationToken).ConfigureAwait(false);
        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        JsonElement answer;
        try
        {
            answer = JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            throw new HubApiException($"The hub answered with status {(int)response.StatusCode}: {text}");
        }

        if (answer.TryGetProperty("errors", out var errors))
            throw new HubApiException(string.Join('\n', errors.EnumerateArray().Select(error => error.GetProperty("message").GetString())));
        return answer.GetProperty("data");
    }

    /// <summary>Creates a secret.</summary>
    public Task CreateSecretAsync(string name, string value, CancellationToken cancellationToken = default) => RunAsync(
        "mutation($input: SecretInput!) { createSecret(input: $input) { name } }", new { input = new { name, value } }, cancellationToken);

    /// <summary>Creates a task that copies objects once, and returns its id.</summary>
    public async Task<string> CreateTaskAsync(
        IReadOnlyDictionary<string, string> parameters, string description = "", CancellationToken cancellationToken = default)
    {
        var input = new
        {
            type = "S3EC2",
            scheduleType = "ONE_TIME",
            description,
            parameters = parameters.Select(pair => new { ParameterKey = pair.Key, ParameterValue = pair.Value }),
        };
        var data = await RunAsync(
            "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }",
            new { input },
            cancellationToken).ConfigureAwait(false);
        return data.GetProperty("createTask").GetProperty("id").GetString()!;
    }

    /// <summary>The current state of the task.</summary>
    public async Task<HubTask> GetTaskAsync(string id, CancellationToken cancellationToken = default)
    {
        var data = await RunAsync(
            $"query($id: ID!) {{ getTask(id: $id) {{ {HubTask.Fields} }} }}", new { id }, cancellationToken).ConfigureAwait(false);
        return HubTask.Read(data.GetProperty("getTask"));
    }

    /// <summary>Copies the failed objects of the newest run again.</summary>
    public Task RetryFailedItemsAsync(string id, CancellationToken cancellationToken = default) =>
        RunAsync("mutation($id: ID!) { retryFailedItems(id: $id) { id } }", new { id }, cancellationToken);

    /// <summary>The objects that failed in the newest run, at most 1000.</summary>
    public async Task<IReadOnlyList<FailedItem>> ListFailedAsync(string id, CancellationToken cancellationToken = default)
    {
        var data = await RunAsync(
            "query($id: ID!) { failedItems(taskId: $id, first: 1000) { items { key attempts error } } }", new { id }, cancellationToken)
                .ConfigureAwait(false);
        return data.GetProperty("failedItems").GetProperty("items").Deserialize<List<FailedItem>>(JsonSerializerOptions.Web)!;
    }

    /// <summary>Stops the task permanently.</summary>
    public Task StopTaskAsync(string id, CancellationToken cancellationToken = default) =>
        RunAsync("mutation($id: String!) { stopTask(id: $id) { id } }", new { id }, cancellationToken);

    /// <summary>Why the task failed, from the prior system's query.</summary>
    public async Task<(string Message, string Code)> GetErrorMessageAsync(string id, CancellationToken cancellationToken = default)
    {
        var data = await RunAsync(
            "query($id: String!) { getErrorMessage(id: $id) { errMessage errCode } }", new { id }, cancellationToken).ConfigureAwait(false);
        var answer = data.GetProperty("getErrorMessage");
        return (answer.GetProperty("errMessage").GetString()!, answer.GetProperty("errCode").GetString()!);
    }

    /// <summary>Waits until the task has ended, and returns its final state.</summary>
    /// <exception cref="TimeoutException">It did not end in time; the message contains its state.</exception>
    public async Task<HubTask> WaitUntilOverAsync(string id, TimeSpan patience, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        HubTask? task = null;
        try
        {
            while (true)
            {
                task = await GetTaskAsync(id, limit.Token).ConfigureAwait(false);
                if (task.IsOver)
                    return task;
                await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The task did not end within {patience.TotalSeconds:0} s: {task}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
