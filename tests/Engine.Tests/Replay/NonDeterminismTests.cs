using DataTransferHub.Engine.Replay;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Protobuf;
using Xunit;
using static DataTransferHub.Engine.Tests.Replay.ExecutionUnderTest;

namespace DataTransferHub.Engine.Tests.Replay;

public class NonDeterminismTests
{
    static ExecutionUnderTest Recorded()
    {
        var execution = new ExecutionUnderTest(async Task<object?> (context) =>
        {
            await context.CallActivityAsync("A");
            await context.CallActivityAsync("B");
            return null;
        });
        execution.Start();
        execution.Episode(Completed(0));
        return execution;
    }

    [Fact]
    public void The_same_code_replays() =>
        Assert.Equal(
            OrchestrationStatus.Completed,
            Recorded().ReplayWith(
                async Task<object?> (context) =>
                {
                    await context.CallActivityAsync("a");
                    await context.CallActivityAsync("b", "other input");
                    return null;
                },
                Completed(1)).Completion!.OrchestrationStatus);

    [Fact]
    public void Another_name_is_found() => Fails(async Task<object?> (context) =>
    {
        await context.CallActivityAsync("A");
        await context.CallActivityAsync("X");
        return null;
    });

    [Fact]
    public void Another_kind_is_found() => Fails(async Task<object?> (context) =>
    {
        await context.CallActivityAsync("A");
        await context.CreateTimer(TimeSpan.FromDays(1), default);
        return null;
    });

    [Fact]
    public void Less_work_than_recorded_is_found() => Fails(async Task<object?> (context) =>
    {
        await context.CallActivityAsync("A");
        return null;
    });

    [Fact]
    public void More_work_than_recorded_is_found() => Fails(async Task<object?> (context) =>
    {
        var more = context.CallActivityAsync("A");
        var unrecorded = context.CallActivityAsync("B");
        await Task.WhenAll(more, unrecorded);
        return null;
    });

    [Fact]
    public void More_work_after_the_last_await_is_found() => Fails(async Task<object?> (context) =>
    {
        await context.CallActivityAsync("A");
        var recorded = context.CallActivityAsync("B");
        var unrecorded = context.CallActivityAsync("C");
        await Task.WhenAll(recorded, unrecorded);
        return null;
    });

    static void Fails(Func<TaskOrchestrationContext, Task<object?>> otherCode)
    {
        var result = Recorded().ReplayWith(otherCode, Completed(1));

        Assert.Equal(OrchestrationStatus.Failed, result.Completion!.OrchestrationStatus);
        Assert.StartsWith("Non-Deterministic workflow detected: ", result.Completion.FailureDetails.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(NonDeterministicOrchestrationException.ErrorType, result.Completion.FailureDetails.ErrorType);
        Assert.True(result.Completion.FailureDetails.IsNonRetriable);
        Assert.Single(result.Actions);
    }
}
