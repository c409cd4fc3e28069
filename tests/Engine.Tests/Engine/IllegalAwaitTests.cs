using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Xunit;

namespace DataTransferHub.Engine.Tests.Engine;

/// <summary>Orchestrators that leave their thread fail, with the remedy in the instance's failure and in the log.</summary>
public class IllegalAwaitTests
{
    [Theory]
    [InlineData("AwaitsOutside", "use CreateTimer instead of Task.Delay")]
    [InlineData("TakesATokenFromOutside", "no tokens from outside the orchestrator")]
    [InlineData("AwaitsCancelAsync", "Cancel(), not CancelAsync()")]
    [InlineData("ForgetsCancelAsync", "Cancel(), not CancelAsync()")]
    public async Task It_fails_with_the_remedy_and_a_warning(string orchestrator, string remedy)
    {
        var outside = new TaskCompletionSource();
        using var outsideToken = new CancellationTokenSource();
        var functions = new FunctionsUnderTest()
            .Orchestrator("AwaitsOutside", async Task<object?> (context) =>
            {
                await outside.Task;
                return null;
            })
            .Orchestrator("TakesATokenFromOutside", async Task<object?> (context) =>
                await context.WaitForExternalEvent<string>("Never", outsideToken.Token))
            .Orchestrator("AwaitsCancelAsync", async Task<object?> (context) =>
            {
                using var source = new CancellationTokenSource();
                var timer = context.CreateTimer(TimeSpan.FromDays(1), source.Token);
                await source.CancelAsync();
                await timer;
                return null;
            })
            .Orchestrator("ForgetsCancelAsync", async Task<object?> (context) =>
            {
                var source = new CancellationTokenSource();
                var answer = context.WaitForExternalEvent<string>("Never", source.Token);
                _ = source.CancelAsync();
                return await answer;
            });
        await using var engine = await EngineUnderTest.StartAsync(functions);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, EngineUnderTest.Patience);
        await engine.Client.WaitForInstanceStartAsync(id, EngineUnderTest.Patience);

        // A completed task is not awaited, so the orchestrator must reach the await first.
        outside.SetResult();
        await outsideToken.CancelAsync();
        var result = await engine.CompletionAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, result.RuntimeStatus);
        Assert.Contains(remedy, result.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains(engine.Log.Entries, entry => entry.Level == LogLevel.Warning
            && entry.Text.Contains(orchestrator, StringComparison.Ordinal) && entry.Text.Contains(remedy, StringComparison.Ordinal));
    }
}
