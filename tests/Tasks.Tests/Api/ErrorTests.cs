using System.Text.Json;
using System.Text.Json.Nodes;
using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Tasks.Tests.Api;

public sealed class ErrorTests
{
    [Theory]
    [InlineData("colour", "blue")]
    [InlineData("srcPrefix", "100%")]
    [InlineData("srcPrefix", "%E4")]
    [InlineData("srcCredentials", "no such secret")]
    [InlineData("destCredentials", "missing")]
    public async Task A_bad_parameter_is_named_with_its_value_and_a_remedy(string field, string value)
    {
        await using var hub = new TestHub();
        var error = await RefusalAsync(hub, "ONE_TIME", (field, value));
        var fault = Assert.Single(error["extensions"]!["fields"]!.AsArray())!;
        Assert.Equal("INVALID_INPUT", (string)error["extensions"]!["code"]!);
        Assert.Equal(field, (string)fault["field"]!);
        Assert.NotEmpty((string)fault["remedy"]!);
        Assert.StartsWith(field, (string)error["message"]!, StringComparison.Ordinal);
        Assert.Empty(hub.Client.Started);
        Assert.Empty(await hub.Store.ListLiveAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    [InlineData("every hour")]
    [InlineData("0 0 30 2 ? *")]
    public async Task A_fixed_rate_needs_a_schedule_and_the_error_shows_a_good_one(string? cron)
    {
        await using var hub = new TestHub();
        var error = await RefusalAsync(hub, "FIXED_RATE", ("ec2CronExpression", cron));
        Assert.Equal("ec2CronExpression", (string)error["extensions"]!["fields"]![0]!["field"]!);
        Assert.Contains("30 2 * * ? *", (string)error["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_runs_once_ignores_the_schedule()
    {
        await using var hub = new TestHub();
        Assert.NotEmpty(await hub.CreateTaskAsync("ONE_TIME", cron: "nonsense"));
    }

    [Fact]
    public async Task All_faults_come_at_once_and_each_field_once()
    {
        await using var hub = new TestHub();
        hub.Plugin.Faults.Add(new InputError("srcPrefix", "%E4", "The plugin sees it as it was sent."));
        hub.Plugin.Faults.Add(new InputError("srcBucket", "UPPER", "It is not a valid bucket name."));
        hub.Plugin.RemoteFaults.Add(new InputError("destBucket", null, "Not asked for while there are other faults."));
        var error = await RefusalAsync(hub, "ONE_TIME", ("srcPrefix", "%E4"), ("srcBucket", "UPPER"), ("srcBuckets", "x"));
        Assert.Equal(
            ["srcBuckets", "srcPrefix", "srcBucket"], error["extensions"]!["fields"]!.AsArray().Select(fault => (string)fault!["field"]!));
        Assert.Equal(3, ((string)error["message"]!).Split('\n').Length);
        Assert.Contains("Did you mean srcBucket?", (string)error["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_only_remote_services_know_is_told_when_nothing_else_is_wrong()
    {
        await using var hub = new TestHub();
        hub.Plugin.RemoteFaults.Add(new InputError("destBucket", "nowhere", "The bucket does not exist."));
        var error = await RefusalAsync(hub, "ONE_TIME", ("destBucket", "nowhere"));
        Assert.Equal("destBucket 'nowhere': The bucket does not exist.", (string)error["message"]!);
        Assert.Empty(hub.Client.Started);
    }

    [Fact]
    public async Task A_parameter_that_was_sent_twice_is_refused()
    {
        await using var hub = new TestHub();
        var error = await RefusalAsync(hub, "ONE_TIME", ("srcBucket", "one"), ("srcBucket", "two"));
        Assert.Equal("srcBucket", (string)error["extensions"]!["fields"]![0]!["field"]!);
    }

    [Theory]
    [InlineData(250, true)]
    [InlineData(251, false)]
    public async Task A_description_is_measured_decoded(int length, bool isGood)
    {
        await using var hub = new TestHub();
        var answer = await hub.ExecuteAsync(
            "mutation($d: String) { createTask(input: { type: S3EC2, scheduleType: ONE_TIME, description: $d }) { id } }",
            new { d = string.Concat(Enumerable.Repeat("%20", length)) });
        Assert.Equal(isGood, answer["errors"] is null);
        if (!isGood)
            Assert.Equal("description", (string)answer["errors"]![0]!["extensions"]!["fields"]![0]!["field"]!);
    }

    [Fact]
    public async Task A_type_without_a_plugin_is_refused_with_those_that_have_one()
    {
        await using var hub = new TestHub();
        var error = (await hub.ExecuteAsync("mutation { createTask(input: { type: ECR, scheduleType: ONE_TIME }) { id } }"))["errors"]![0]!;
        Assert.Equal("type", (string)error["extensions"]!["fields"]![0]!["field"]!);
        Assert.Contains("S3EC2", (string)error["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_without_a_plugin_is_refused_with_those_that_have_one()
    {
        await using var hub = new TestHub();
        const string create = "mutation { createTask(input: { type: S3EC2, engine: STACK, scheduleType: ONE_TIME }) { id } }";
        var error = (await hub.ExecuteAsync(create))["errors"]![0]!;
        Assert.Equal("engine", (string)error["extensions"]!["fields"]![0]!["field"]!);
        Assert.StartsWith("engine 'STACK': ", (string)error["message"]!, StringComparison.Ordinal);
        Assert.Contains("Send HUB", (string)error["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_goes_wrong_inside_is_not_told()
    {
        await using var hub = new TestHub();
        await hub.DropTasksTableAsync();
        var answer = await hub.ExecuteAsync("{ listTasksV2 { total } }");
        var error = answer["errors"]![0]!;
        Assert.Equal("INTERNAL_ERROR", (string)error["extensions"]!["code"]!);
        Assert.Contains("reference", (string)error["message"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("table", answer.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Sqlite", answer.ToJsonString(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("text/plain", """{"query": "{ __typename }"}""", 415, "UNSUPPORTED_MEDIA_TYPE")]
    [InlineData("application/x-www-form-urlencoded", "query={__typename}", 415, "UNSUPPORTED_MEDIA_TYPE")]
    [InlineData("application/json", """[{"query": "{ __typename }"}]""", 400, "INVALID_REQUEST")]
    [InlineData("application/json", "{}", 400, "INVALID_REQUEST")]
    [InlineData("application/json", "nonsense", 400, "INVALID_REQUEST")]
    [InlineData("application/json", """{"query": 5}""", 400, "INVALID_REQUEST")]
    [InlineData("application/json", "", 400, "INVALID_REQUEST")]
    public async Task A_body_that_is_no_request_is_refused(string contentType, string body, int status, string code)
    {
        await using var hub = new TestHub();
        var answer = await hub.SendAsync(body, contentType: contentType);
        Assert.Equal(status, answer.Status);
        Assert.Equal(code, (string)answer.Answer["errors"]![0]!["extensions"]!["code"]!);
    }

    [Fact]
    public async Task A_body_of_more_than_a_mebibyte_is_refused()
    {
        await using var hub = new TestHub();
        var answer = await hub.SendAsync(JsonSerializer.Serialize(new { query = "{ __typename }" + new string(' ', 1024 * 1024) }));
        Assert.Equal(413, answer.Status);
    }

    [Fact]
    public async Task A_query_that_is_long_without_need_is_refused_before_it_is_parsed_and_long_variables_are_not()
    {
        await using var hub = new TestHub();
        var directives = string.Concat(Enumerable.Repeat(" @skip(if: false)", 5000));
        var longQuery = await hub.SendAsync(JsonSerializer.Serialize(new { query = $"{{ __typename{directives} }}" }));
        Assert.Equal(413, longQuery.Status);
        Assert.Equal("TOO_LARGE", (string)longQuery.Answer["errors"]![0]!["extensions"]!["code"]!);

        var longVariable = await hub.SendAsync(JsonSerializer.Serialize(new
        {
            query = "query($id: ID!) { getTask(id: $id) { id } }",
            variables = new { id = new string('x', 100_000) },
        }));
        Assert.Equal(200, longVariable.Status);
    }

    [Fact]
    public async Task A_query_that_is_nested_too_deeply_is_the_callers_fault()
    {
        await using var hub = new TestHub();
        var answer = await hub.ExecuteAsync(string.Concat(Enumerable.Repeat("{a", 2000)) + new string('}', 2000));
        Assert.Equal("INVALID_REQUEST", (string)answer["errors"]![0]!["extensions"]!["code"]!);
    }

    [Theory]
    [InlineData(600)]
    [InlineData(14)]
    public async Task A_query_that_grows_with_its_fragments_is_refused_before_it_is_validated(int levels)
    {
        await using var hub = new TestHub();
        var fragments = Enumerable.Range(0, levels).Select(level => $"fragment A{level} on Query{{...A{level + 1} ...A{level + 1}}} ");
        var query = $"{{...A0}} {string.Concat(fragments)} fragment A{levels} on Query{{__typename}}";
        var answer = await hub.ExecuteAsync(query);
        Assert.Equal("TOO_COMPLEX", (string)answer["errors"]![0]!["extensions"]!["code"]!);
    }

    [Fact]
    public async Task A_fragment_that_contains_itself_is_the_callers_fault()
    {
        await using var hub = new TestHub();
        var answer = await hub.ExecuteAsync("{...A} fragment A on Query{...B} fragment B on Query{...A}");
        Assert.Equal("NO_FRAGMENT_CYCLES", (string)answer["errors"]![0]!["extensions"]!["code"]!);
    }

    [Theory]
    [InlineData("http://127.0.0.1:7071", 200)]
    [InlineData("http://evil.example", 403)]
    [InlineData("http://127.0.0.1:8080", 403)]
    [InlineData("null", 403)]
    public async Task Only_the_hubs_own_pages_may_call(string origin, int status)
    {
        await using var hub = new TestHub();
        Assert.Equal(status, (await hub.SendAsync("""{"query": "{ __typename }"}""", origin: origin)).Status);
    }

    [Fact]
    public async Task Get_is_for_queries_alone()
    {
        await using var hub = new TestHub();
        var text = Uri.EscapeDataString("query($p: Int) { listTasksV2(page: $p) { total } }");
        var query = await hub.SendAsync("", "GET", query: $"?query={text}&variables=" + Uri.EscapeDataString("""{"p": 1}"""));
        Assert.Equal(200, query.Status);
        Assert.Equal(0, (int)query.Answer["data"]!["listTasksV2"]!["total"]!);

        var mutation = await hub.SendAsync("", "GET", query: "?query=" + Uri.EscapeDataString("""mutation { stopTask(id: "x") { id } }"""));
        Assert.Equal(400, mutation.Status);
        Assert.Equal("METHOD_NOT_ALLOWED", (string)mutation.Answer["errors"]![0]!["extensions"]!["code"]!);
    }

    [Fact]
    public async Task A_query_that_costs_too_much_is_refused_and_introspection_is_not()
    {
        await using var hub = new TestHub();
        const string everything =
            "listTasksV2(count: 1000) { items { id parameters { ParameterKey ParameterValue } run { id itemsFound itemsCopied } } }";
        var many = await hub.ExecuteAsync("{ " + string.Join(' ', Enumerable.Range(0, 200).Select(i => $"a{i}: {everything}")) + " }");
        Assert.NotNull(many["errors"]);

        var introspection = await hub.ExecuteAsync(
            """
            query { __schema { queryType { name } mutationType { name } types { ...T } directives { name args { ...I } } } }
            fragment T on __Type { kind name description fields(includeDeprecated: true) { name description args { ...I } type { ...R } }
              inputFields { ...I } interfaces { ...R } enumValues(includeDeprecated: true) { name description } possibleTypes { ...R } }
            fragment I on __InputValue { name description type { ...R } defaultValue }
            fragment R on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType {
              kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }
            """);
        Assert.Null(introspection["errors"]);
    }

    static async Task<JsonNode> RefusalAsync(TestHub hub, string scheduleType, params (string Key, string? Value)[] parameters)
    {
        var sent = parameters.Select(parameter => TestHub.Parameter(parameter.Key, parameter.Value));
        var answer = await hub.ExecuteAsync(
            "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }",
            new { input = new { type = "S3EC2", scheduleType, parameters = sent } });
        Assert.Null(answer["data"]?["createTask"]);
        return Assert.Single(answer["errors"]!.AsArray())!;
    }
}
