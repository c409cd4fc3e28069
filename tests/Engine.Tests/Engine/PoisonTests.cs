using System.Diagnostics.CodeAnalysis;
using DataTransferHub.Engine.Catalog;
using DataTransferHub.Engine.Dispatch;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DataTransferHub.Engine.Tests.Engine;

public class PoisonTests
{
    [Fact]
    public async Task An_instance_the_engine_itself_cannot_run_fails_after_ten_attempts_and_says_why()
    {
        var catalog = new BrokenCatalog();
        var folder = Path.Combine(Path.GetTempPath(), "dth-poison-" + Guid.NewGuid().ToString("N"));
        await using (var engine = new DurableEngine(
            new DurableEngineOptions { DatabasePath = Path.Combine(folder, "hub.db") },
            catalog,
            JsonDataConverter.Default,
            new ImpatientTime(),
            NullLoggerFactory.Instance))
        {
            await engine.StartAsync(EngineUnderTest.Patience);
            var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("O", EngineUnderTest.Patience);

            var result = await engine.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, EngineUnderTest.Patience);

            Assert.Equal(OrchestrationRuntimeStatus.Failed, result.RuntimeStatus);
            Assert.Equal("PoisonWorkItem", result.FailureDetails!.ErrorType);
            Assert.Contains("the catalog is broken", result.FailureDetails.ErrorMessage, StringComparison.Ordinal);
            Assert.Equal(10, catalog.Asked);
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_fault_in_the_handling_of_a_fault_fails_the_instance_and_not_the_process()
    {
        var log = new LogUnderTest { Fault = id => id == 121 ? new InvalidOperationException("the log is broken") : null };
        await using var engine = await EngineUnderTest.StartAsync(new BrokenCatalog(), log: log);

        var result = await engine.RunAsync("O");

        Assert.Equal("PoisonWorkItem", result.FailureDetails!.ErrorType);
        Assert.Contains("the log is broken", result.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_without_a_readable_message_is_a_failure_as_any_other()
    {
        var functions = new FunctionsUnderTest()
            .Activity("A", call => throw new SilentException())
            .Orchestrator("O", async Task<object?> (context) => await context.CallActivityAsync<int>("A"));
        await using var engine = await EngineUnderTest.StartAsync(functions);

        var failure = (await engine.RunAsync("O")).FailureDetails!.InnerFailure!;

        Assert.Equal(typeof(SilentException).ToString(), failure.ErrorType);
        Assert.Contains(typeof(NotSupportedException).ToString(), failure.ErrorMessage, StringComparison.Ordinal);
    }

    sealed class SilentException : Exception
    {
        public override string Message => throw new NotSupportedException();
    }

    sealed class BrokenCatalog : IFunctionCatalog
    {
        public int Asked { get; private set; }

        public bool TryGetOrchestrator(TaskName name, [NotNullWhen(true)] out OrchestratorFunction? f)
        {
            Asked++;
            throw new InvalidOperationException("the catalog is broken");
        }

        public bool TryGetActivity(TaskName name, [NotNullWhen(true)] out ActivityFunction? f) => throw new NotSupportedException();
    }
}
