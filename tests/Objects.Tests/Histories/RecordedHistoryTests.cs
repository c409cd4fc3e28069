using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using DataTransferHub.Engine.Catalog;
using DataTransferHub.Servers.Histories;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Objects.Tests.Histories;

/// <summary>
/// Histories of every orchestrator, as hubs have written them, replay with the present code: an orchestrator that decides something else
/// than it has decided would break the instances that are running when a hub is upgraded. The files are never changed; docs/testing.md
/// says how another one is recorded.
/// </summary>
public sealed class RecordedHistoryTests
{
    /// <summary>A data folder whose instances are replayed as well, and written beside the recorded files.</summary>
    const string FolderVariable = "DTH_RECORD_HISTORIES";

    static readonly IReadOnlyDictionary<string, MethodInfo> Orchestrators = typeof(Objects.Run.TransferObjects).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance))
        .Where(method => method.GetParameters().Any(parameter => parameter.IsDefined(typeof(OrchestrationTriggerAttribute))))
        .ToDictionary(method => method.GetCustomAttribute<FunctionAttribute>()!.Name, StringComparer.OrdinalIgnoreCase);

    static string Folder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;

    public static TheoryData<string> Recorded =>
    [
        .. Directory.EnumerateFiles(Folder(), "*.json")
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Every_episode_of_a_recorded_history_decides_again_what_it_decided(string name) =>
        Replay(RecordedHistory.Read(Path.Combine(Folder(), name + ".json")));

    [Fact]
    public void Every_orchestrator_has_recorded_histories()
    {
        var recorded = Recorded.Select(row => RecordedHistory.Read(Path.Combine(Folder(), row.Data + ".json")).Orchestrator);
        Assert.Empty(Orchestrators.Keys.Except(recorded, StringComparer.OrdinalIgnoreCase));
        Assert.True(Orchestrators.Count >= 3);
    }

    [Fact]
    public void Code_that_decides_something_else_is_found()
    {
        var history = RecordedHistory.Read(Directory.EnumerateFiles(Folder(), "TransferTask.*.json").First());
        var renamed = new RecordedHistory(history.Name, [.. history.Events.Select(e => e.Clone())]);
        foreach (var e in renamed.Events.Where(e => e.TaskScheduled is not null))
            e.TaskScheduled.Name = "SomethingElse";
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Replay(renamed));
    }

    [Fact]
    public void Instances_of_a_folder_that_is_named_in_the_environment_are_replayed_and_recorded()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is not { Length: > 0 } folder)
            return;
        foreach (var history in RecordedHistory.ReadAll(Path.Combine(folder, "hub.db")))
        {
            Replay(history);
            history.Write(Path.Combine(Folder(), $"{history.Orchestrator}.{history.Name}.json"));
        }
    }

    static void Replay(RecordedHistory history)
    {
        var episodes = history.Replay(new Catalog()).ToList();
        Assert.NotEmpty(episodes);
        foreach (var episode in episodes)
        {
            Assert.True(episode.Broken is null, $"{episode.Name}: {episode.Broken}");
            Assert.Equal(
                episode.Recorded.Select(Decision).Prepend(episode.Name),
                episode.Decided.Select(Decision).Prepend(episode.Name));
        }
    }

    // What identifies a decision. Inputs may have more fields than recorded; their readers must not require them.
    static string Decision(HistoryEvent e) => e.EventTypeCase switch
    {
        HistoryEvent.EventTypeOneofCase.TaskScheduled => $"#{e.EventId} activity {e.TaskScheduled.Name}",
        HistoryEvent.EventTypeOneofCase.SubOrchestrationInstanceCreated =>
            $"#{e.EventId} sub-orchestration {e.SubOrchestrationInstanceCreated.Name} {e.SubOrchestrationInstanceCreated.InstanceId}",
        HistoryEvent.EventTypeOneofCase.TimerCreated => $"#{e.EventId} timer {e.TimerCreated.FireAt}",
        HistoryEvent.EventTypeOneofCase.EventSent => $"#{e.EventId} event {e.EventSent.Name} to {e.EventSent.InstanceId}",
        HistoryEvent.EventTypeOneofCase.ExecutionCompleted => $"end {e.ExecutionCompleted.OrchestrationStatus}",
        var other => other.ToString(),
    };

    /// <summary>The orchestrators of the product. Replay needs no activities.</summary>
    sealed class Catalog : IFunctionCatalog
    {
        public bool TryGetOrchestrator(TaskName name, [NotNullWhen(true)] out OrchestratorFunction? f)
        {
            f = Orchestrators.TryGetValue(name.Name, out var method) ? context => Run(method, context) : null;
            return f is not null;
        }

        public bool TryGetActivity(TaskName name, [NotNullWhen(true)] out ActivityFunction? f)
        {
            f = null;
            return false;
        }

        // Nothing is awaited but what the orchestrator itself awaits.
        static async Task<object?> Run(MethodInfo method, TaskOrchestrationContext context)
        {
            var task = (Task)method.Invoke(null, [context])!;
            await task;
            return task.GetType().GetProperty("Result") is { } result && result.PropertyType.Name != "VoidTaskResult"
                ? result.GetValue(task) : null;
        }
    }
}
