using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace DataTransferHub.Engine.Tests.Engine;

public class EngineTests
{
    static readonly FunctionsUnderTest Functions = new FunctionsUnderTest()
        .Activity("AddOne", call => int.Parse(call.Input!) + 1)
        .Activity("Fail", call => throw new InvalidOperationException("no luck"))
        .Orchestrator("Sequence", async Task<object?> (context) =>
        {
            var n = context.GetInput<int>();
            for (var i = 0; i < 5; i++)
                n = await context.CallActivityAsync<int>("AddOne", n);
            return n;
        })
        .Orchestrator("FanOut", async Task<object?> (context) =>
        {
            var results = await Task.WhenAll(
                Enumerable.Range(0, context.GetInput<int>()).Select(i => context.CallActivityAsync<int>("AddOne", i)));
            return results.Sum();
        })
        .Orchestrator("CallsChild", async Task<object?> (context) => await context.CallSubOrchestratorAsync<int>("Sequence", 10))
        .Orchestrator("Fails", async Task<object?> (context) => await context.CallActivityAsync<int>("Fail"))
        .Orchestrator("CallsFailingChild", async Task<object?> (context) => await context.CallSubOrchestratorAsync<int>("Fails"))
        .Orchestrator("CallsNothing", async Task<object?> (context) => await context.CallActivityAsync<int>("Nothing"));

    [Fact]
    public async Task A_sequence_of_activities_passes_results_on()
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions);

        var result = await engine.RunAsync("Sequence", 1);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, result.RuntimeStatus);
        Assert.Equal(6, result.ReadOutputAs<int>());
        Assert.Equal(1, result.ReadInputAs<int>());
    }

    [Fact]
    public async Task A_thousand_activities_fan_out_and_in()
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions);

        var result = await engine.RunAsync("FanOut", 1_000);

        Assert.Equal(Enumerable.Range(1, 1_000).Sum(), result.ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_child_returns_to_its_parent()
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions);

        Assert.Equal(15, (await engine.RunAsync("CallsChild")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_failure_goes_up_from_activity_to_child_to_parent()
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions);

        var result = await engine.RunAsync("CallsFailingChild");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, result.RuntimeStatus);
        var failure = result.FailureDetails!;
        Assert.Equal(typeof(TaskFailedException).FullName, failure.ErrorType);
        Assert.Equal(
            "Task 'Fails' (#0) failed with an unhandled exception: Task 'Fail' (#0) failed with an unhandled exception: no luck",
            failure.ErrorMessage);
        Assert.Equal(typeof(InvalidOperationException).FullName, failure.InnerFailure!.InnerFailure!.ErrorType);
    }

    [Theory]
    [InlineData("Nobody", "OrchestratorTaskNotFound")]
    [InlineData("CallsNothing", "ActivityTaskNotFound")]
    public async Task Work_that_no_function_does_fails_and_says_so(string orchestrator, string errorType)
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions);

        var result = await engine.RunAsync(orchestrator);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, result.RuntimeStatus);
        Assert.Equal(errorType, (result.FailureDetails!.InnerFailure ?? result.FailureDetails).ErrorType);
    }
}
