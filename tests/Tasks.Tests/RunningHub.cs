using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataTransferHub.Api;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Engine.Hosting;
using DataTransferHub.Secrets;
using DataTransferHub.Storage;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Tasks.Tests;

/// <summary>The hub on the embedded host, in this process, with a plugin whose runs the test scripts. Can be restarted.</summary>
sealed class RunningHub : IAsyncDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly string _data;
    readonly Action<IServiceCollection>? _configure;
    readonly HttpClient _http = new();
    IHost? _host;

    /// <summary>How long after the end of a stopped run what it left behind is removed.</summary>
    public static readonly TimeSpan StopSettle = TimeSpan.FromMilliseconds(300);

    public RunScript Script { get; } = new();

    public IRunLedger Ledger => _host!.Services.GetRequiredService<IRunLedger>();

    /// <summary>Its data folder.</summary>
    public string Data => _data;

    public T Get<T>() where T : notnull => _host!.Services.GetRequiredService<T>();

    Uri Address => new(_host!.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    RunningHub(string? data, Action<IServiceCollection>? configure) => (_data, _configure) = (data ?? _folder.Path, configure);

    /// <summary>Starts a hub.</summary>
    /// <param name="data">Its data folder; one of its own where it is not given.</param>
    /// <param name="configure">Adds services of the test.</param>
    public static async Task<RunningHub> StartAsync(string? data = null, Action<IServiceCollection>? configure = null)
    {
        var hub = new RunningHub(data, configure);
        await hub.BeginAsync();
        return hub;
    }

    public async Task RestartAsync()
    {
        await EndAsync();
        await BeginAsync();
    }

    public async Task<JsonNode> ExecuteAsync(string query, object? variables = null)
    {
        var response = await _http.PostAsJsonAsync(
            new Uri(Address, "/api/graphql"), new { query, variables }, JsonSerializerOptions.Default, Cancellation);
        return (await response.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!;
    }

    public async Task<string> CreateTaskAsync(string scheduleType = "ONE_TIME", string? cron = null)
    {
        var parameters = new[] { TestHub.Parameter("srcBucket", "source"), TestHub.Parameter("ec2CronExpression", cron) };
        var answer = await ExecuteAsync(
            "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }",
            new { input = new { type = "S3EC2", scheduleType, parameters } });
        Assert.True(answer["errors"] is null, answer.ToJsonString());
        return (string)answer["data"]!["createTask"]!["id"]!;
    }

    /// <summary>Sends a query to the API under a host name of the hub, and returns the status.</summary>
    public async Task<HttpStatusCode> AskAsAsync(string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, "/api/graphql?query={__typename}"));
        request.Headers.Host = name;
        return (await _http.SendAsync(request, Cancellation)).StatusCode;
    }

    /// <summary>Waits until the task satisfies a condition.</summary>
    public async Task<JsonNode> WaitAsync(string id, Func<JsonNode, bool> isReached)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        JsonNode? task = null;
        try
        {
            do
            {
                task = (await ExecuteAsync(
                    """
                    query($id: ID!) { getTask(id: $id) {
                      progress stoppedAt errorCode errorMessage nextRunAt
                      run { id phase itemsFound itemsCopied itemsFailed itemsNotTried itemsUnchanged itemsVanished itemsArchived } } }
                    """,
                    new { id }))["data"]!["getTask"]!;
                if (isReached(task))
                    return task;
            }
            while (await pause.WaitForNextTickAsync(limit.Token));
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
            // Reported below, with the last state.
        }

        throw new TimeoutException($"The task did not get there; it shows {task}.");
    }

    public Task<JsonNode> WaitForProgressAsync(string id, string progress) => WaitAsync(id, task => (string)task["progress"]! == progress);

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    async Task BeginAsync()
    {
        var builder = FunctionsApplication.CreateBuilder([]);
        builder.ConfigureFunctionsWebApplication();
        var embedded = builder.UseEmbeddedHost();
        builder.Logging.ClearProviders();
        builder.UseMiddleware<RequestGuard>();
        builder.Services.Configure<RequestGuardOptions>(options => options.ThisMachineOnly = true);
        builder.Services.AddTasks().AddSecrets().AddApi().AddSingleton<ITransferPlugin, ScriptedPlugin>().AddSingleton(Script);
        _configure?.Invoke(builder.Services);
        builder.Services.PostConfigure<HubOptions>(options =>
        {
            options.DataDirectory = _data;
            options.StopSettle = StopSettle;
        });
        _host = embedded.Build(host =>
        {
            host.DataDirectory = _data;
            host.Url = "http://127.0.0.1:0";
            host.OwnsProcess = false;
            host.DemandsFunctionKeys = false;
            host.ShutdownGrace = TimeSpan.FromMilliseconds(100);
            host.FunctionAssemblies.Add(typeof(TransferTask).Assembly);
            host.FunctionAssemblies.Add(typeof(RunningHub).Assembly);
        });
        await _host.StartAsync(Cancellation);
    }

    async Task EndAsync()
    {
        if (_host is null)
            return;
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
        _host = null;
    }
}
