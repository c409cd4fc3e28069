namespace DataTransferHub.Tasks.Tests.Api;

public sealed class SecretOperationTests
{
    const string Value = "wJalrXUtnFEMI-K7MDENG";

    [Fact]
    public async Task A_secret_can_be_kept_replaced_and_deleted_but_never_read()
    {
        await using var hub = new TestHub();
        var said = new List<string>();
        async Task<System.Text.Json.Nodes.JsonNode> SayAsync(string query)
        {
            var answer = await hub.ExecuteAsync(query, new { v = Value });
            said.Add(answer.ToJsonString());
            return answer;
        }

        var created = await SayAsync("""
            mutation($v: String!) { createSecret(input: { name: "b/keys", description: "mine", value: $v })
            { name description } }
            """);
        Assert.Equal("b/keys", (string)created["data"]!["createSecret"]!["name"]!);
        await SayAsync("""mutation($v: String!) { createSecret(input: { name: "a-keys", value: $v }) { name } }""");
        var twice = await SayAsync("""mutation($v: String!) { createSecret(input: { name: "a-keys", value: $v }) { name } }""");
        Assert.Equal("name", (string)twice["errors"]![0]!["extensions"]!["fields"]![0]!["field"]!);
        var updated = await SayAsync("""
            mutation($v: String!) { updateSecret(input: { name: "a-keys", description: "new", value: $v })
            { name description } }
            """);
        Assert.Equal("new", (string)updated["data"]!["updateSecret"]!["description"]!);
        var unknown = await SayAsync("""mutation($v: String!) { updateSecret(input: { name: "nowhere", value: $v }) { name } }""");
        Assert.Equal("NOT_FOUND", (string)unknown["errors"]![0]!["extensions"]!["code"]!);
        var badName = await SayAsync("""mutation($v: String!) { createSecret(input: { name: "a b", value: $v }) { name } }""");
        Assert.Equal("name", (string)badName["errors"]![0]!["extensions"]!["fields"]![0]!["field"]!);
        var empty = await SayAsync("""mutation { createSecret(input: { name: "c", value: "" }) { name } }""");
        Assert.Equal("value", (string)empty["errors"]![0]!["extensions"]!["fields"]![0]!["field"]!);

        var listed = await SayAsync("{ listSecrets { name description } }");
        Assert.Equal(["a-keys", "b/keys"], listed["data"]!["listSecrets"]!.AsArray().Select(secret => (string)secret!["name"]!));
        await SayAsync("""mutation { deleteSecret(name: "b/keys") { name } }""");
        Assert.False(await hub.Vault.ExistsAsync("b/keys", TestContext.Current.CancellationToken));
        Assert.All(said, answer => Assert.DoesNotContain(Value, answer, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_secret_stays_while_a_live_task_names_it()
    {
        await using var hub = new TestHub();
        await hub.Vault.PutAsync("keys", Value, null, TestContext.Current.CancellationToken);
        var id = (string)(await hub.ExecuteAsync(
            """
            mutation { createTask(input: {
              type: S3EC2, scheduleType: ONE_TIME, parameters: [{ ParameterKey: "srcCredentials", ParameterValue: "keys" }] }) { id } }
            """))["data"]!["createTask"]!["id"]!;

        const string delete = """mutation { deleteSecret(name: "keys") { name } }""";
        var refused = (await hub.ExecuteAsync(delete))["errors"]![0]!;
        Assert.Equal("CONFLICT", (string)refused["extensions"]!["code"]!);
        Assert.Contains(id, (string)refused["message"]!, StringComparison.Ordinal);

        await hub.Store.UpdateAsync(
            id,
            task => TaskLifecycle.Stop(TaskLifecycle.RequestStop(task), null, hub.Time.GetUtcNow()),
            TestContext.Current.CancellationToken);
        Assert.Null((await hub.ExecuteAsync(delete))["errors"]);
    }
}
