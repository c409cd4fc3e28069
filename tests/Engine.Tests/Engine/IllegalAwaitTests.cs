using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Xunit;

namespace DataTransferHub.Engine.Tests.Engine;

/// <summary>Orchestrators that leave their thread end visibly, with what to do instead, in the instance and in the log.</summary>
public class IllegalAwaitTests
{
    static readonly FunctionsUnderTest Functions = new FunctionsUnderTest()
        .Orchestrator("AwaitsDelay", async Task<object?> (context) =>
        {
            await Task.Delay(1);
            return null;
        })
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
        })
        .Orchestrator("CancelsLater", async Task<object?> (context) =>
        {
            using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(1));
            return await context.WaitForExternalEvent<string>("Never", source.Token);
        });

    [Theory]
    [InlineData("AwaitsDelay", "use CreateTimer in place of Task.Delay")]
    [InlineData("AwaitsCancelAsync", "Cancel(), not CancelAsync()")]
    [InlineData("ForgetsCancelAsync", "Cancel(), not CancelAsync()")]
    [InlineData("CancelsLater", "CreateTimer in place of CancelAfter()")]
    public async Task It_fails_with_the_remedy_and_a_warning(string orchestrator, string remedy)
    {
        await using var engine = await EngineUnderTest.StartAsync(Functions);

        var result = await engine.RunAsync(orchestrator);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, result.RuntimeStatus);
        Assert.Contains(remedy, result.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains(engine.Log.Entries, entry => entry.Level == LogLevel.Warning
            && entry.Text.Contains(orchestrator, StringComparison.Ordinal) && entry.Text.Contains(remedy, StringComparison.Ordinal));
    }
}
