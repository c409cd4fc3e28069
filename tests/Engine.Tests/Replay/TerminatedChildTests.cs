using Microsoft.DurableTask;
using Microsoft.DurableTask.Protobuf;
using Xunit;

namespace DataTransferHub.Engine.Tests.Replay;

/// <summary>
/// A sub-orchestration that was terminated fails without details, as in the official worker: <c>FailureDetails</c> is null there in spite
/// of its annotation, and code that reads it without looking breaks here as it breaks there.
/// </summary>
public sealed class TerminatedChildTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Its_parent_gets_an_exception_without_details(bool replay)
    {
        TaskFailedException? seen = null;
        var execution = new ExecutionUnderTest(
            async context =>
            {
                try
                {
                    return await context.CallSubOrchestratorAsync<int>("Child");
                }
                catch (TaskFailedException e)
                {
                    seen = e;
                    return null;
                }
            },
            replay);
        execution.Start();
        var end = execution.Episode(Terminated(0)).Completion!;

        Assert.Equal(OrchestrationStatus.Completed, end.OrchestrationStatus);
        Assert.Null(seen!.FailureDetails);
        Assert.Equal("Task 'Child' (#0) failed with an unhandled exception.", seen.Message);
    }

    [Fact]
    public void A_parent_that_does_not_catch_it_fails_with_its_message()
    {
        var execution = new ExecutionUnderTest(async Task<object?> (context) => await context.CallSubOrchestratorAsync<int>("Child"));
        execution.Start();
        var failure = execution.Episode(Terminated(0)).Completion!.FailureDetails;

        Assert.Equal(typeof(TaskFailedException).FullName, failure.ErrorType);
        Assert.Equal("Task 'Child' (#0) failed with an unhandled exception.", failure.ErrorMessage);
        Assert.Null(failure.InnerFailure);
    }

    [Fact]
    public void A_retry_policy_without_a_predicate_tries_again_and_one_with_a_predicate_cannot_decide_and_does_not()
    {
        var always = new RetryPolicy(3, TimeSpan.FromSeconds(1));
        Assert.Null(EndAfterTermination(TaskOptions.FromRetryPolicy(always)));

        var asked = false;
        var asking = new RetryPolicy(3, TimeSpan.FromSeconds(1)) { HandleFailure = _ => asked = true };
        Assert.NotNull(EndAfterTermination(TaskOptions.FromRetryPolicy(asking)));
        Assert.False(asked);
    }

    [Fact]
    public void A_retry_handler_is_shown_an_unknown_failure()
    {
        var seen = "";
        Assert.Null(EndAfterTermination(TaskOptions.FromRetryHandler(retry =>
        {
            seen = retry.LastFailure.ErrorType;
            return true;
        })));
        Assert.Equal("(unknown)", seen);
    }

    static CompleteOrchestrationAction? EndAfterTermination(TaskOptions options)
    {
        var execution = new ExecutionUnderTest(
            async Task<object?> (context) => await context.CallSubOrchestratorAsync<int>("Child", options: options));
        execution.Start();
        return execution.Episode(Terminated(0)).Completion;
    }

    static HistoryEvent Terminated(int taskId) =>
        ExecutionUnderTest.New(e => e.SubOrchestrationInstanceFailed = new() { TaskScheduledId = taskId });
}
