using System.Diagnostics.CodeAnalysis;
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

    /// <summary>A clock whose timers all fire at once: each look finds an hour gone by.</summary>
    sealed class ImpatientTime : TimeProvider
    {
        long _looks;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddHours(Interlocked.Increment(ref _looks));
    }
}
