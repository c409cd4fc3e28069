using Microsoft.DurableTask;
using Microsoft.DurableTask.Protobuf;
using Xunit;
using static DataTransferHub.Engine.Tests.Replay.ExecutionUnderTest;

namespace DataTransferHub.Engine.Tests.Replay;

public class SuspendAndTerminateTests
{
    static async Task<object?> Sequence(TaskOrchestrationContext context) =>
        await context.CallActivityAsync<int>("A") + await context.CallActivityAsync<int>("B");

    [Theory, InlineData(false), InlineData(true)]
    public void A_suspended_orchestration_sees_results_only_after_it_is_resumed(bool replay)
    {
        var execution = new ExecutionUnderTest(Sequence, replay);
        execution.Start();
        Assert.True(execution.Episode(Suspended()).IsSuspended);
        var held = execution.Episode(Completed(0, 1));
        Assert.Empty(held.Actions);
        Assert.True(held.IsSuspended);
        var resumed = execution.Episode(Resumed());

        Assert.False(resumed.IsSuspended);
        Assert.Equal("B", Assert.Single(resumed.Actions).ScheduleTask.Name);
        Assert.Equal("3", execution.Episode(Completed(1, 2)).Completion!.Result);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void What_was_decided_just_before_the_suspension_is_held(bool replay)
    {
        var execution = new ExecutionUnderTest(Sequence, replay);
        execution.Start();
        Assert.Empty(execution.Episode(Completed(0, 1), Suspended()).Actions);

        Assert.Equal(1, Assert.Single(execution.Episode(Resumed()).Actions).Id);
        Assert.Equal("3", execution.Episode(Completed(1, 2)).Completion!.Result);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Suspended_twice_resumes_in_order(bool replay)
    {
        var execution = new ExecutionUnderTest(
            async Task<object?> (context) =>
                await context.WaitForExternalEvent<int>("E") * 10 + await context.WaitForExternalEvent<int>("E"),
            replay);
        execution.Start(null, Suspended());
        execution.Episode(Raised("E", 1), Resumed(), Suspended(), Raised("E", 2));

        Assert.Equal("12", execution.Episode(Resumed()).Completion!.Result);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Terminate_ends_it_with_open_tasks_and_even_while_suspended(bool replay)
    {
        var execution = new ExecutionUnderTest(Sequence, replay);
        execution.Start();
        execution.Episode(Suspended());

        var result = execution.Episode(Terminated("enough"));

        Assert.Equal(OrchestrationStatus.Terminated, result.Completion!.OrchestrationStatus);
        Assert.Equal("\"enough\"", result.Completion.Result);
        Assert.Single(result.Actions);
    }

    [Fact]
    public void Terminate_wins_over_continue_as_new_and_begins_no_work()
    {
        var execution = new ExecutionUnderTest(async Task<object?> (context) =>
        {
            await context.WaitForExternalEvent<int>("E");
            _ = context.CallActivityAsync("A");
            context.SendEvent("other", "Hello", 1);
            context.ContinueAsNew();
            return null;
        });
        execution.Start();

        var result = execution.Episode(Raised("E", 1), Terminated());

        Assert.Equal(OrchestrationStatus.Terminated, result.Completion!.OrchestrationStatus);
        Assert.Equal(
            [
                OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent,
                OrchestratorAction.OrchestratorActionTypeOneofCase.CompleteOrchestration,
            ],
            result.Actions.Select(a => a.OrchestratorActionTypeCase));
    }
}
