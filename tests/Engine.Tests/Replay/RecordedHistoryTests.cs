using System.Runtime.CompilerServices;
using DataTransferHub.Engine.Protocol;
using DataTransferHub.Engine.Replay;
using DataTransferHub.Engine.Tests.Engine;
using Google.Protobuf;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DataTransferHub.Engine.Tests.Replay;

/// <summary>Histories written by earlier builds. They are never changed: instances in the field have them.</summary>
public class RecordedHistoryTests
{
    static async Task<object?> Approval(TaskOrchestrationContext context)
    {
        var request = context.NewGuid();
        await context.CallActivityAsync("Ask", request, TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromSeconds(5), 2)));
        var answer = await context.WaitForExternalEvent<string>("Answer", TimeSpan.FromHours(1));
        var detail = await context.CallSubOrchestratorAsync<string>("Detail", answer);
        context.SendEvent("audit", "Approved", detail);
        await context.CreateTimer(TimeSpan.FromMinutes(1), default);
        return $"{answer}/{detail}/{request}";
    }

    [Fact]
    public void A_history_of_schema_1_replays_to_the_same_end()
    {
        var events = JsonParser.Default.Parse<HistoryChunk>(File.ReadAllText(HistoryFile("approval-schema-1.json"))).Events;
        var executor = new OrchestrationExecutor(
            new FunctionsUnderTest().Orchestrator("Approval", Approval),
            JsonDataConverter.Default,
            NullLoggerFactory.Instance,
            TimeSpan.FromDays(3));
        var end = events[^1].ExecutionCompleted;
        var lastEpisode = events.ToList().FindLastIndex(e => e.OrchestratorStarted is not null);

        var result = executor.Execute(events.Take(lastEpisode), [.. events.Skip(lastEpisode).SkipLast(1)]);

        Assert.Equal(OrchestrationStatus.Completed, end.OrchestrationStatus);
        Assert.Equal(end.Result, result.Completion!.Result);
    }

    static string HistoryFile(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Histories", name);
}
