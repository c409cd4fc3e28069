using System.Reflection;
using System.Text.Json.Nodes;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Servers.Processes;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Xunit;

namespace DataTransferHub.EndToEnd.Tests;

/// <summary>What <c>dotnet publish functions</c> makes is a folder that the Azure Functions host loads.</summary>
public sealed class PublishedAppTests(PublishedApp app) : IClassFixture<PublishedApp>
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    static readonly IReadOnlyDictionary<string, MethodInfo> Methods = Assembly.Load("DataTransferHub.Functions").GetTypes()
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        .Where(method => method.IsDefined(typeof(FunctionAttribute)))
        .ToDictionary(method => method.GetCustomAttribute<FunctionAttribute>()!.Name);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void The_folder_holds_what_the_Functions_host_reads()
    {
        Assert.True(Methods.Count > 10);
        Assert.Equal("2.0", (string?)Json("host.json")["version"]);
        Assert.Equal("DataTransferHub.Functions.dll", (string?)Json("worker.config.json")["description"]!["defaultWorkerPath"]);
        Assert.Equal("dotnet-isolated", (string?)Json("worker.config.json")["description"]!["language"]);
        foreach (var extension in Json("extensions.json")["extensions"]!.AsArray())
            Assert.True(File.Exists(Path.Combine(app.Folder, (string)extension!["hintPath"]!)), $"{extension["name"]} is not there.");
        Assert.Contains(Json("extensions.json")["extensions"]!.AsArray(), extension => (string)extension!["name"]! == "DurableTask");
    }

    [Fact]
    public void The_metadata_names_each_function_with_its_bindings() => AssertNamed(
        [.. Json("functions.metadata").AsArray().Select(function => new IndexedFunction(
            (string)function!["name"]!,
            (string)function["scriptFile"]!,
            (string)function["entryPoint"]!,
            [.. function["bindings"]!.AsArray().Select(binding => binding!)]))]);

    [Fact]
    public async Task Started_by_the_Functions_host_it_is_an_isolated_worker_that_names_each_function_with_its_bindings()
    {
        using var data = new TemporaryFolder();
        await using var host = await FunctionsHostOnTheWire.StartAsync(Ct);
        var worker = host.StartWorker(app.Folder, new Dictionary<string, string> { ["Hub__DataDirectory"] = data.Path });
        var ended = worker.WaitForExitAsync(Ct);
        var first = await Task.WhenAny(host.Functions, ended).WaitAsync(Patience, Ct);
        Assert.True(first == host.Functions, $"The worker ended with code {(worker.HasExited ? worker.ExitCode : null)}: {host.Output}");
        AssertNamed(await host.Functions);
        Assert.Empty(Directory.EnumerateFiles(data.Path, "hub.db*"));
    }

    [Fact]
    public async Task Without_a_data_folder_the_worker_refuses_to_start_and_makes_none()
    {
        await using var host = await FunctionsHostOnTheWire.StartAsync(Ct);
        var worker = host.StartWorker(app.Folder, new Dictionary<string, string>());
        await worker.WaitForExitAsync(Ct).WaitAsync(Patience, Ct);
        Assert.Equal(2, worker.ExitCode);
        Assert.Contains("Data Transfer Hub cannot start: Hub:DataDirectory is not set", host.Output, StringComparison.Ordinal);
        Assert.Contains("Hub__DataDirectory", host.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(app.Folder, ".hub")));
    }

    static void AssertNamed(IReadOnlyList<IndexedFunction> functions)
    {
        Assert.Equal(Methods.Keys.Order(StringComparer.Ordinal), functions.Select(function => function.Name).Order(StringComparer.Ordinal));
        foreach (var function in functions)
        {
            var method = Methods[function.Name];
            Assert.Equal("DataTransferHub.Functions.dll", Path.GetFileName(function.ScriptFile));
            Assert.Equal($"{method.DeclaringType!.FullName}.{method.Name}", function.EntryPoint);
            Assert.Equal(
                Expected(method).Order(StringComparer.Ordinal), function.Bindings.Select(Describe).Order(StringComparer.Ordinal));
        }
    }

    // The bindings that the attributes of the method ask for.
    static IEnumerable<string> Expected(MethodInfo method)
    {
        foreach (var parameter in method.GetParameters())
        {
            switch (parameter.GetCustomAttribute<BindingAttribute>())
            {
                case HttpTriggerAttribute http:
                    var methods = string.Join(',', http.Methods ?? []);
                    yield return $"{parameter.Name} httpTrigger In {http.Route} {methods} {http.AuthLevel}";
                    yield return "$return http Out";
                    break;
                case TimerTriggerAttribute timer:
                    yield return $"{parameter.Name} timerTrigger In {timer.Schedule}";
                    break;
                case { } other:
                    yield return $"{parameter.Name} {KindOf(other)} In";
                    break;
            }
        }
    }

    static string KindOf(BindingAttribute binding) => binding switch
    {
        OrchestrationTriggerAttribute => "orchestrationTrigger",
        ActivityTriggerAttribute => "activityTrigger",
        DurableClientAttribute => "durableClient",
        _ => throw new NotSupportedException($"This test does not know {binding.GetType()} yet."),
    };

    static string Describe(JsonNode binding)
    {
        var (type, direction) = ((string)binding["type"]!, (string)binding["direction"]!);
        var head = $"{binding["name"]} {type} {direction}";
        return type switch
        {
            "httpTrigger" => $"{head} {binding["route"]} {string.Join(',', binding["methods"]!.AsArray())} {binding["authLevel"]}",
            "timerTrigger" => $"{head} {binding["schedule"]}",
            _ => head,
        };
    }

    JsonNode Json(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(app.Folder, file)))!;
}

/// <summary>The application, published from what was built.</summary>
public sealed class PublishedApp : IAsyncLifetime
{
    readonly TemporaryFolder _folder = new();

    public string Folder => _folder.Path;

    public async ValueTask InitializeAsync()
    {
        string[] publish =
        [
            "publish", Path.Combine(Repository.Root, "functions"), "--nologo", "--verbosity", "quiet",
            "--configuration", Repository.Configuration, "--output", Folder,
        ];
        await Tool.RunAsync("dotnet", publish, TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
