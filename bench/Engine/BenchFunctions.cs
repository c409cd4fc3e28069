using System.Diagnostics.CodeAnalysis;
using DataTransferHub.Engine.Catalog;
using Microsoft.DurableTask;

namespace DataTransferHub.Bench.Engine;

/// <summary>Typical workloads of durable engines: a sequence of five activities, and a fan-out.</summary>
sealed class BenchFunctions : IFunctionCatalog
{
    public const string Sequence = "Sequence";
    public const string FanOut = "FanOut";
    const string Hello = "Hello";

    static readonly string[] Cities = ["Tokyo", "Seattle", "London", "Amsterdam", "Mumbai"];

    public bool TryGetOrchestrator(TaskName name, [NotNullWhen(true)] out OrchestratorFunction? f)
    {
        f = name == Sequence ? RunSequenceAsync : RunFanOutAsync;
        return true;
    }

    public bool TryGetActivity(TaskName name, [NotNullWhen(true)] out ActivityFunction? f)
    {
        f = static call => Task.FromResult<object?>("Hello " + call.Input);
        return true;
    }

    static async Task<object?> RunSequenceAsync(TaskOrchestrationContext context)
    {
        var greetings = new List<string>();
        foreach (var city in Cities)
            greetings.Add(await context.CallActivityAsync<string>(Hello, city));
        return greetings;
    }

    static async Task<object?> RunFanOutAsync(TaskOrchestrationContext context) =>
        (await Task.WhenAll(Enumerable.Range(0, context.GetInput<int>()).Select(i => context.CallActivityAsync<string>(Hello, i)))).Length;
}
