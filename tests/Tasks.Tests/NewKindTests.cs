using DataTransferHub.Tasks.Plugins;
using Microsoft.Extensions.DependencyInjection;

namespace DataTransferHub.Tasks.Tests;

/// <summary>
/// A new kind of data is added by one registration: its type is in the schema, its parameters are checked
/// by its own rules, its runs are executed, and messages use its noun for items.
/// </summary>
public sealed class NewKindTests
{
    const string Create = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id type engine scheduleType } }";

    [Theory]
    [InlineData("shelf", "", "shelf: It is missing. Send the number of a shelf.")]
    [InlineData("shelf", "b", "shelf 'b': It is not a number. Send the number of a shelf.")]
    [InlineData("card", "nobody", "card 'nobody': There is no secret with that name.")]
    [InlineData("shelve", "7", "shelve: There is no parameter with this name. Did you mean shelf?")]
    public async Task Its_parameters_are_checked_by_its_rules(string name, string value, string message)
    {
        await using var hub = new TestHub(services => services.AddSingleton<ITransferPlugin, Books>());
        var parameters = new Dictionary<string, string> { ["shelf"] = "7", [name] = value };

        var answer = await hub.ExecuteAsync(Create, Input(parameters));

        Assert.StartsWith(message, (string)answer["errors"]![0]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_titles_are_stored_decoded_and_its_secrets_are_kept_while_a_task_needs_them()
    {
        await using var hub = new TestHub(services => services.AddSingleton<ITransferPlugin, Books>());
        await hub.Vault.PutAsync("reader", "secret", null, TestContext.Current.CancellationToken);
        var parameters = new Dictionary<string, string> { ["shelf"] = "7", ["title"] = "War+%26+Peace", ["card"] = "reader" };

        var task = (await hub.ExecuteAsync(Create, Input(parameters)))["data"]!["createTask"]!;

        Assert.Equal(("BOOKS", "STACK"), ((string)task["type"]!, (string)task["engine"]!));
        var stored = (await hub.Store.GetAsync((string)task["id"]!, TestContext.Current.CancellationToken))!;
        Assert.Equal(("BOOKS", TaskEngine.Stack), (stored.Type, stored.Engine));
        Assert.Equal("War & Peace", stored.ParameterValues().Get("title"));
        var shown = await hub.ExecuteAsync(
            "query($id: ID!) { getTask(id: $id) { parameters { ParameterKey ParameterValue } } }", new { id = stored.Id });
        Assert.Contains("War+%26+Peace", shown.ToJsonString().Replace("\\u002B", "+", StringComparison.Ordinal), StringComparison.Ordinal);
        var refused = await hub.ExecuteAsync("""mutation { deleteSecret(name: "reader") { name } }""");
        Assert.Equal("CONFLICT", (string)refused["errors"]![0]!["extensions"]!["code"]!);
    }

    [Theory]
    [InlineData(2, "DONE", null)]
    [InlineData(1, "ERROR", "1 of 2 books failed. First: 'key-0': It broke. Use retryFailedItems to try them again.")]
    public async Task Its_runs_are_carried_out_and_its_items_are_called_by_their_name(int copied, string progress, string? message)
    {
        await using var hub = await RunningHub.StartAsync(configure: services => services.AddSingleton<ITransferPlugin, Books>());
        hub.Script.Run = (_, _) => Task.FromResult(new RunSummary(2, copied, 2 - copied, 0, 20));

        // Without a schedule, although FIXED_RATE: what its run has set up continues by itself.
        var created = (await hub.ExecuteAsync(Create, Input(new() { ["shelf"] = "7" }, "FIXED_RATE")))["data"]!["createTask"]!;
        var task = await hub.WaitAsync((string)created["id"]!, task => (string)task["progress"]! == progress);

        Assert.Equal(message, (string?)task["errorMessage"]);
    }

    static object Input(Dictionary<string, string> parameters, string scheduleType = "ONE_TIME") => new
    {
        input = new
        {
            type = "BOOKS",
            engine = "STACK",
            scheduleType,
            parameters = parameters.Select(parameter => TestHub.Parameter(parameter.Key, parameter.Value)),
        },
    };

    sealed class Books : ITransferPlugin
    {
        public string Type => "BOOKS";

        public TaskEngine Engine => TaskEngine.Stack;

        public string Description => "Books between shelves.";

        public ItemNoun Item { get; } = new("book", "books");

        public bool NeedsSchedule => false;

        public IReadOnlyList<ParameterDefinition> Parameters { get; } =
            [new("shelf"), new("title", ParameterForm.UrlEncoded), new("card", ParameterForm.SecretName)];

        public string RunOrchestrator => nameof(ScriptedRun);

        public string CleanUpActivity => "ScriptedCleanUp";

        public Task CleanUpAsync(RunRequest run, CancellationToken cancellationToken) => Task.CompletedTask;

        public IReadOnlyList<InputError> Check(TaskParameters parameters) => (parameters.Get("shelf"), parameters.Has("shelf")) switch
        {
            (_, false) => [new("shelf", null, "It is missing. Send the number of a shelf.")],
            (var shelf, _) when !int.TryParse(shelf, out _) => [new("shelf", shelf, "It is not a number. Send the number of a shelf.")],
            _ => [],
        };

        public IReadOnlyList<string> EndpointsOf(TaskParameters parameters) => [];

        public Task<IReadOnlyList<InputError>> ProbeAsync(TaskParameters parameters, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<InputError>>([]);
    }
}
