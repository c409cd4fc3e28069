using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using DataTransferHub.Api;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Secrets;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Retention;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DataTransferHub.Tasks.Tests;

/// <summary>The hub's services on their own folder, with a fixed clock and a durable client that only records.</summary>
sealed class TestHub : IAsyncDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly ServiceProvider _services;

    /// <param name="configure">Adds services of the test.</param>
    public TestHub(Action<IServiceCollection>? configure = null)
    {
        var services = new ServiceCollection()
            .AddLogging(logging => logging.AddProvider(Log))
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("Hub:DataDirectory",
                _folder.Path)]).Build())
            .AddSingleton<TimeProvider>(Time)
            .AddTasks()
            .AddSecrets()
            .AddApi()
            .AddSingleton<ITransferPlugin>(Plugin)
            .AddSingleton<TaskActivities>()
            .AddSingleton<RemoveExpired>()
            .AddSingleton<GraphQLFunction>();
        configure?.Invoke(services);
        _services = services.BuildServiceProvider(validateScopes: true);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 22, 17, 0, 0, TimeSpan.Zero));

    public NotingClient Client { get; } = new();

    public NotingLog Log { get; } = new();

    public ScriptedPlugin Plugin { get; } = new();

    public TemporaryFolder Folder => _folder;

    public ITaskStore Store => Get<ITaskStore>();

    public IRunLedger Ledger => Get<IRunLedger>();

    public ISecretVault Vault => Get<ISecretVault>();

    public TaskActivities Activities => Get<TaskActivities>();

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Executes an operation by POST and returns the whole answer.</summary>
    public async Task<JsonNode> ExecuteAsync(string query, object? variables = null)
    {
        var body = System.Text.Json.JsonSerializer.Serialize(new { query, variables = variables ?? new { } });
        return (await SendAsync(body)).Answer;
    }

    /// <summary>Sends a request and returns status and answer.</summary>
    public async Task<(int Status, JsonNode Answer)> SendAsync(
        string body, string method = "POST", string contentType = "application/json", string query = "", string? origin = null)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Scheme = "http";
        context.Request.Host = new HostString("127.0.0.1", 7071);
        context.Request.QueryString = new QueryString(query);
        context.Request.ContentType = contentType;
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        if (origin is not null)
            context.Request.Headers.Origin = origin;
        var result = (ContentResult)await Get<GraphQLFunction>().RunAsync(context.Request, Client, TestContext.Current.CancellationToken);
        return (result.StatusCode!.Value, JsonNode.Parse(result.Content!)!);
    }

    /// <summary>Creates a task through the API and returns its id.</summary>
    public async Task<string> CreateTaskAsync(string scheduleType = "ONE_TIME", string? cron = null, string? description = null)
    {
        var answer = await ExecuteAsync(
            "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }",
            new
            {
                input = new
                {
                    type = "S3EC2",
                    scheduleType,
                    description,
                    parameters = new[]
                    {
                        Parameter("srcBucket", "source"), Parameter("destBucket", "destination"), Parameter("ec2CronExpression", cron),
                    },
                },
            });
        Assert.Null(answer["errors"]);
        return (string)answer["data"]!["createTask"]!["id"]!;
    }

    /// <summary>Breaks the task store, as a damaged file would.</summary>
    public Task DropTasksTableAsync() => Get<TaskDatabase>().File.WriteAsync(
        connection => connection.Execute("DROP TABLE tasks"), TestContext.Current.CancellationToken);

    /// <summary>Bounds the file of tasks at the size it has, as a full disk does, or at more pages.</summary>
    public Task LimitTasksFileAsync(int pages) => Get<TaskDatabase>().File.WriteAsync(
        connection => connection.Execute($"PRAGMA max_page_count = {pages}"), TestContext.Current.CancellationToken);

    /// <summary>Reconciles records and orchestrations, as the hub does every minute.</summary>
    public Task ReconcileAsync() => new ReconcileTasks(
        Store, Ledger, Get<ILeftovers>(), Get<RunCompletion>(), NullLogger<ReconcileTasks>.Instance)
        .RunAsync(new TimerInfo(), Client, TestContext.Current.CancellationToken);

    public static object Parameter(string key, string? value) => new { ParameterKey = key, ParameterValue = value };

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }
}
