using Xunit;

namespace DataTransferHub.Engine.Tests.Engine;

public class ExecutorCacheTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(40_000)]
    [InlineData(64 << 20)]
    public async Task Instances_end_the_same_whatever_is_kept_in_memory_and_no_more_than_allowed_is(long limit)
    {
        const int Instances = 100;
        var functions = new FunctionsUnderTest()
            .Activity("AddOne", call => int.Parse(call.Input!) + 1)
            .Orchestrator("O", async Task<object?> (context) =>
            {
                var n = context.GetInput<int>();
                for (var i = 0; i < 4; i++)
                    n = await context.CallActivityAsync<int>("AddOne", n);
                n += await context.WaitForExternalEvent<int>("Go");
                return n + await context.CallActivityAsync<int>("AddOne", n);
            });
        await using var engine = await EngineUnderTest.StartAsync(
            functions, configure: options => options with { ExecutorCacheBytes = limit });
        var ids = await Task.WhenAll(Enumerable.Range(0, Instances)
            .Select(i => engine.Client.ScheduleNewOrchestrationInstanceAsync("O", i, EngineUnderTest.Patience)));
        await EngineUnderTest.UntilAsync(() => ids.All(id => engine.Engine.DescribeWaiting(id)?.Events.Count == 1));
        var executors = engine.Engine.Running.Executors;

        // The cache learns of the last commits shortly after the instances can be queried.
        await EngineUnderTest.UntilAsync(() => executors.Bytes <= limit);
        Assert.Equal(limit > 0, executors.Bytes > 0);

        await Task.WhenAll(ids.Select(id => engine.Client.RaiseEventAsync(id, "Go", 1_000, EngineUnderTest.Patience)));
        for (var i = 0; i < Instances; i++)
            Assert.Equal(((i + 1_004) * 2) + 1, (await engine.CompletionAsync(ids[i])).ReadOutputAs<int>());
        Assert.Equal(0, executors.Bytes);
    }
}
