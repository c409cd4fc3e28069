using DataTransferHub.Tasks.Store;
namespace DataTransferHub.Tasks.Tests.Api;

public sealed class TaskOperationTests
{
    const string EveryTaskField =
        """
        id description type templateUrl parameters { ParameterKey ParameterValue } createdAt stoppedAt progress
        progressInfo { total replicated } stackId stackName stackOutputs { Description OutputKey OutputValue } stackStatus
        stackStatusReason executionArn scheduleType
        """;

    [Fact]
    public async Task A_new_task_comes_back_with_every_field_of_the_prior_system()
    {
        await using var hub = new TestHub();
        var answer = await hub.ExecuteAsync(
            $$"""
            mutation CreateTask($input: CreateTaskInput!) { createTask(input: $input) { {{EveryTaskField}} } }
            """,
            new
            {
                input = new
                {
                    type = "S3EC2",
                    description = "nightly",
                    scheduleType = "ONE_TIME",
                    parameters = new[] { TestHub.Parameter("srcBucket", "from-here"), TestHub.Parameter("srcPrefix", "a%2Fb+c%2B") },
                },
            });

        Assert.Null(answer["errors"]);
        var task = answer["data"]!["createTask"]!;
        Assert.True(Guid.TryParseExact((string)task["id"]!, "D", out _));
        Assert.Equal("S3EC2", (string)task["type"]!);
        Assert.Equal("STARTING", (string)task["progress"]!);
        Assert.Equal("ONE_TIME", (string)task["scheduleType"]!);
        Assert.Equal("2026-11-22T17:00:00.000Z", (string)task["createdAt"]!);
        Assert.Equal("a/b c+", (string)task["parameters"]![1]!["ParameterValue"]!);
        Assert.Equal([(string)task["id"]!], hub.Client.Started);
    }

    [Fact]
    public async Task GetTask_alone_encodes_description_and_prefixes()
    {
        await using var hub = new TestHub();
        var id = (string)(await hub.ExecuteAsync(
            """
            mutation { createTask(input: { type: S3EC2, scheduleType: ONE_TIME, description: "a b/ü", parameters: [
              { ParameterKey: "srcPrefix", ParameterValue: "x%2Fy z" },
              { ParameterKey: "srcBucket", ParameterValue: "bucket.a" }] }) { id } }
            """))["data"]!["createTask"]!["id"]!;

        var one = (await hub.ExecuteAsync("query($id: ID!) { getTask(id: $id) { description parameters { ParameterValue } } }",
            new { id }))["data"]!["getTask"]!;
        var listed = (
            await hub.ExecuteAsync(
                "{ listTasksV2 { items { description parameters { ParameterValue } } } }"))["data"]!["listTasksV2"]!["items"]![0]!;

        Assert.Equal("a+b%2F%C3%BC", (string)one["description"]!);
        Assert.Equal("x%2Fy+z", (string)one["parameters"]![0]!["ParameterValue"]!);
        Assert.Equal("bucket.a", (string)one["parameters"]![1]!["ParameterValue"]!);
        Assert.Equal("a b/ü", (string)listed["description"]!);
        Assert.Equal("x/y z", (string)listed["parameters"]![0]!["ParameterValue"]!);
    }

    [Theory]
    [InlineData("nightly%20copy+of+50%25%20%2B%20%E5%A4%87", "nightly copy of 50% + 备", "nightly+copy+of+50%25+%2B+%E5%A4%87")]
    [InlineData("100% done", "100% done", "100%25+done")]
    public async Task A_description_is_stored_decoded_and_what_is_not_encoded_is_kept(string sent, string stored, string encoded)
    {
        await using var hub = new TestHub();
        var id = await hub.CreateTaskAsync(description: sent);

        Assert.Equal(stored, (await hub.Store.GetAsync(id, TestContext.Current.CancellationToken))!.Description);
        var listed = (await hub.ExecuteAsync("{ listTasksV2 { items { description } } }"))["data"]!["listTasksV2"]!["items"]![0]!;
        Assert.Equal(stored, (string)listed["description"]!);
        var one = (await hub.ExecuteAsync("query($id: ID!) { getTask(id: $id) { description } }", new { id }))["data"]!["getTask"]!;
        Assert.Equal(encoded, (string)one["description"]!);
    }

    [Fact]
    public async Task The_task_of_an_unknown_id_is_null()
    {
        await using var hub = new TestHub();
        var answer = await hub.ExecuteAsync("""{ getTask(id: "nowhere") { id } }""");
        Assert.Null(answer["errors"]);
        Assert.Null(answer["data"]!["getTask"]);
    }

    [Fact]
    public async Task Lists_are_newest_first_in_pages_and_without_the_stopped_ones()
    {
        await using var hub = new TestHub();
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            hub.Time.Advance(TimeSpan.FromSeconds(1));
            ids.Add(await hub.CreateTaskAsync());
        }

        await hub.Store.UpdateAsync(
            ids[4],
            task => TaskLifecycle.Stop(TaskLifecycle.RequestStop(task), null, hub.Time.GetUtcNow()),
            TestContext.Current.CancellationToken);

        await AssertListAsync(hub, "page: 1, count: 2", 4, [ids[3], ids[2]]);
        await AssertListAsync(hub, "page: 2, count: 2", 4, [ids[1], ids[0]]);
        await AssertListAsync(hub, "page: 3, count: 2", 4, [ids[3], ids[2]]);
        await AssertListAsync(hub, "progress: STOPPED", 1, [ids[4]]);
        await AssertListAsync(hub, "progress: null", 4, [ids[3], ids[2], ids[1], ids[0]]);
        await AssertListAsync(hub, "progress: PAUSED", 0, []);
    }

    [Theory]
    [InlineData("page: 0", "page")]
    [InlineData("count: 0", "count")]
    [InlineData("count: 1001", "count")]
    public async Task A_page_that_cannot_be_is_refused(string arguments, string field)
    {
        await using var hub = new TestHub();
        var error = (await hub.ExecuteAsync($"{{ listTasksV2({arguments}) {{ total }} }}"))["errors"]![0]!;
        Assert.Equal("INVALID_INPUT", (string)error["extensions"]!["code"]!);
        Assert.Equal(field, (string)error["extensions"]!["fields"]![0]!["field"]!);
    }

    [Fact]
    public async Task Stopping_sends_a_signal_to_the_tasks_orchestration()
    {
        await using var hub = new TestHub();
        var id = await hub.CreateTaskAsync();
        var task = (await hub.ExecuteAsync("mutation($id: String) { stopTask(id: $id) { id progress } }",
            new { id }))["data"]!["stopTask"]!;
        Assert.Equal("STOPPING", (string)task["progress"]!);
        Assert.Equal([(id, TransferTask.Signal)], hub.Client.Raised);
    }

    [Fact]
    public async Task Stopping_what_does_not_exist_is_not_found()
    {
        await using var hub = new TestHub();
        var error = (await hub.ExecuteAsync("""mutation { stopTask(id: "nowhere") { id } }"""))["errors"]![0]!;
        Assert.Equal("NOT_FOUND", (string)error["extensions"]!["code"]!);
        Assert.Equal("There is no task 'nowhere'.", (string)error["message"]!);
    }

    [Fact]
    public async Task A_task_whose_orchestration_has_ended_gets_a_new_one_to_stop_it()
    {
        await using var hub = new TestHub();
        var id = await hub.CreateTaskAsync();
        await EndRunAsync(hub, id, TaskErrorCode.UnKnown, "It broke.");
        hub.Client.End(id);

        await hub.ExecuteAsync("mutation($id: String) { stopTask(id: $id) { id } }", new { id });
        Assert.Equal([id, id], hub.Client.Started);
    }

    [Fact]
    public async Task An_error_is_told_with_its_code()
    {
        await using var hub = new TestHub();
        var id = await hub.CreateTaskAsync();
        await EndRunAsync(hub, id, TaskErrorCode.FinderError, "The bucket 'source' does not exist.");

        var answer = (await hub.ExecuteAsync("query($id: String!) { getErrorMessage(id: $id) { errMessage errCode } }",
            new { id }))["data"]!["getErrorMessage"]!;
        Assert.Equal("FINDER_ERROR", (string)answer["errCode"]!);
        Assert.Equal("The bucket 'source' does not exist.", (string)answer["errMessage"]!);
    }

    [Fact]
    public async Task Nothing_failed_means_nothing_to_retry()
    {
        await using var hub = new TestHub();
        var id = await hub.CreateTaskAsync();
        await EndRunAsync(hub, id, null, null);
        var error = (await hub.ExecuteAsync("mutation($id: ID!) { retryFailedItems(id: $id) { id } }", new { id }))["errors"]![0]!;
        Assert.Equal("CONFLICT", (string)error["extensions"]!["code"]!);
    }

    static async Task AssertListAsync(TestHub hub, string arguments, int total, string[] ids)
    {
        var page = (await hub.ExecuteAsync($"{{ listTasksV2({arguments}) {{ total items {{ id }} }} }}"))["data"]!["listTasksV2"]!;
        Assert.Equal(ids, page["items"]!.AsArray().Select(task => (string)task!["id"]!));
        Assert.Equal(total, (int)page["total"]!);
    }

    static async Task EndRunAsync(TestHub hub, string id, TaskErrorCode? code, string? message) => await hub.Store.UpdateAsync(
        id,
        task =>
        {
            var begun = TaskLifecycle.BeginDueRun(task, hub.Time.GetUtcNow());
            return TaskLifecycle.FinishRun(begun, begun.CurrentRunId!, code, message, hub.Time.GetUtcNow());
        },
        TestContext.Current.CancellationToken);
}
