using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using DataTransferHub.Engine.Client;
using DataTransferHub.Engine.Hosting.Functions;
using DataTransferHub.Engine.Hosting.Settings;
using DataTransferHub.Engine.Replay;
using DataTransferHub.Engine.Tests.Replay;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataTransferHub.Engine.Tests.Hosting;

/// <summary>
/// Each part of the packages' public model has an answer: it works, or it is refused at once by an error that names it. The tables in
/// docs/programming-model.md say which.
/// </summary>
public sealed partial class PublicModelTests
{
    const BindingFlags Instance = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

    static readonly (Type Model, Type Ours)[] Models =
    [
        (typeof(TaskOrchestrationContext), typeof(ReplayContext)),
        (typeof(DurableTaskClient), typeof(EmbeddedDurableTaskClient)),
        (typeof(FunctionContext), typeof(HostFunctionContext)),
    ];

    // What the engine takes over from the packages: it stands on members that are the engine's own.
    static readonly string[] Inherited =
        ["Properties", "ReplaySafeLoggerFactory", "CreateReplaySafeLogger", "CompareVersionTo", "GetInstanceAsync"];

    static readonly IReadOnlyDictionary<string, string> Documented = Rows().ToDictionary(row => row.Name, row => row.Answer);

    [Fact]
    public void The_documentation_answers_for_every_member_that_can_be_overridden_and_for_no_other()
    {
        var members = Models.SelectMany(
            model => Overridable(model.Model).Select(method => $"{model.Model.Name}.{NameOf(method)}")).Distinct();
        var extensions = Extensions.SelectMany(group => group.Extensions.GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(method => group.Only is null || group.Only == method.Name)
            .Select(method => $"{group.Model.Name}.{method.Name}")).Distinct();
        var attributes = Attributes().Select(attribute => attribute.Name);
        Assert.Equal(
            members.Concat(extensions).Concat(attributes).Order(StringComparer.Ordinal), Documented.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_documented_as_working_is_the_engines_own_or_stands_on_it()
    {
        foreach (var (model, ours) in Models)
        {
            foreach (var member in Overridable(model).GroupBy(NameOf))
            {
                var isOwn = member.Any(method => ours.GetMethods(Instance).Any(
                    own => own.DeclaringType == ours && own.GetBaseDefinition() == method.GetBaseDefinition()));
                Assert.True(isOwn || Inherited.Contains(member.Key), $"{model.Name}.{member.Key} is neither.");
            }
        }
    }

    public static TheoryData<string> Refused =>
        [.. Documented.Where(row => row.Value.StartsWith("refused", StringComparison.Ordinal)).Select(row => row.Key)];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_is_documented_as_refused_fails_at_once_and_names_the_feature(string name)
    {
        var use = Uses.TryGetValue(name, out var found) ? found : throw new NotSupportedException($"Say here how {name} is used.");
        var failure = await Assert.ThrowsAnyAsync<Exception>(use);
        Assert.True(failure is NotSupportedException or InvalidOperationException or StartFailure, failure.ToString());
        Assert.Contains(
            name.Split('.')[^1].Replace("Attribute", "", StringComparison.Ordinal), failure.ToString(), StringComparison.Ordinal);
    }

    // The extension methods of the model's types that reach into the host.
    static readonly (Type Model, Type Extensions, string? Only)[] Extensions =
    [
        (typeof(TaskOrchestrationContext), typeof(TaskOrchestrationContextExtensionMethods), null),
        (typeof(FunctionContext), typeof(FunctionContextLoggerExtensions), null),
        (typeof(FunctionContext), typeof(FunctionContextBindingFeatureExtensions), null),
        (typeof(FunctionContext), typeof(FunctionContextHttpRequestExtensions), "GetHttpRequestDataAsync"),
        (typeof(DurableTaskClient), typeof(Microsoft.Azure.Functions.Worker.DurableTaskClientExtensions), "CreateHttpManagementPayload"),
    ];

    static readonly Dictionary<string, Func<Task>> Uses = new()
    {
        ["TaskOrchestrationContext.Entities"] = () => InOrchestrator(context => Task.FromResult<object?>(context.Entities)),
        ["TaskOrchestrationContext.CallHttpAsync"] = async () =>
        {
            await using var host = await RunningHost.Start([typeof(CallsHttp)]);
            var client = host.Services.GetRequiredService<IDurableHost>().Client;
            var id = await client.ScheduleNewOrchestrationInstanceAsync("CallsHttp", TestContext.Current.CancellationToken);
            var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, TestContext.Current.CancellationToken);
            throw new InvalidOperationException(end.FailureDetails!.ErrorMessage);
        },
        ["DurableTaskClient.Entities"] = () => Task.FromResult(Client().Entities),
        ["DurableTaskClient.RewindInstanceAsync"] = () =>
            Client().RewindInstanceAsync("id", "reason", TestContext.Current.CancellationToken),
        ["DurableTaskClient.GetOrchestrationHistoryAsync"] = () =>
            Client().GetOrchestrationHistoryAsync("id", TestContext.Current.CancellationToken),
        ["DurableTaskClient.CreateHttpManagementPayload"] = () => Task.FromResult(
            Microsoft.Azure.Functions.Worker.DurableTaskClientExtensions.CreateHttpManagementPayload(Client(), "id")),
        ["FunctionContext.BindInputAsync"] = () => InFunction("Binds"),
        ["FunctionContext.GetHttpRequestDataAsync"] = () => InFunction("Requests"),
        ["HttpResultAttribute"] = () => Discover(typeof(SeveralResults)),
        ["EntityTriggerAttribute"] = () => Discover(typeof(Entity)),
        ["FixedDelayRetryAttribute"] = () => Discover(typeof(FixedRetry)),
        ["ExponentialBackoffRetryAttribute"] = () => Discover(typeof(BackoffRetry)),
    };

    static IEnumerable<MethodInfo> Overridable(Type model) => model.GetMethods(Instance)
        .Where(
            method => method.IsVirtual && !method.IsFinal && (method.IsPublic || method.IsFamily)
                && method.DeclaringType != typeof(object));

    static IEnumerable<Type> Attributes() => new[]
        {
            typeof(FunctionAttribute).Assembly, typeof(HttpTriggerAttribute).Assembly, typeof(TimerTriggerAttribute).Assembly,
            typeof(ActivityTriggerAttribute).Assembly,
        }
        .Distinct()
        .SelectMany(assembly => assembly.GetExportedTypes())
        .Where(type => !type.IsAbstract && (typeof(BindingAttribute).IsAssignableFrom(type) || typeof(RetryAttribute).IsAssignableFrom(type)
            || type == typeof(FunctionAttribute)));

    static string NameOf(MethodInfo method) =>
        method.IsSpecialName
            && (method.Name.StartsWith("get_", StringComparison.Ordinal) || method.Name.StartsWith("set_", StringComparison.Ordinal))
            ? method.Name[4..]
            : method.Name;

    static EmbeddedDurableTaskClient Client() =>
        new("hub", JsonDataConverter.Default, () => throw new InvalidOperationException("It was not refused before the engine was asked."));

    // Runs orchestrator code for one episode and throws what it failed with.
    static Task InOrchestrator(Func<TaskOrchestrationContext, Task<object?>> code)
    {
        var failure = new ExecutionUnderTest(code).Start().Completion!.FailureDetails;
        return Task.FromException(new InvalidOperationException(failure.ErrorMessage));
    }

    // Calls a function over HTTP, which answers what it failed with.
    static async Task InFunction(string name)
    {
        await using var host = await RunningHost.Start([typeof(Site)]);
        throw new InvalidOperationException(await host.Get("api/" + name));
    }

    static Task Discover(Type type)
    {
        new FunctionDiscovery(new ConfigurationBuilder().Build(), new HostJson()).Find([type]);
        return Task.CompletedTask;
    }

    static IEnumerable<(string Name, string Answer)> Rows([CallerFilePath] string here = "")
    {
        var page = Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "programming-model.md");
        var tables = File.ReadAllText(page).Split("## Support of the public model")[1];
        return Row.Matches(tables).Select(match => (match.Groups["name"].Value, match.Groups["answer"].Value));
    }

    [GeneratedRegex(@"^\| `(?<name>[\w.]+)` \| (?<answer>(yes|refused)[^|]*?) \|$", RegexOptions.Multiline)]
    static partial Regex Row { get; }

    sealed class CallsHttp
    {
        [Function("CallsHttp")]
        public static async Task<string> Run([OrchestrationTrigger] TaskOrchestrationContext context) =>
            (await context.CallHttpAsync(HttpMethod.Get, new Uri("http://127.0.0.1:1/"), null, null, false)).Content ?? "";
    }

    sealed class Site
    {
        [Function("Binds")]
        public static async Task<string> Binds(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get")] Microsoft.AspNetCore.Http.HttpRequest request, FunctionContext context)
        {
            try
            {
                return $"{(await context.BindInputAsync<string>(context.FunctionDefinition.InputBindings["request"])).Value}";
            }
            catch (NotSupportedException e)
            {
                return e.Message;
            }
        }

        [Function("Requests")]
        public static async Task<string> Requests(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get")] Microsoft.AspNetCore.Http.HttpRequest request, FunctionContext context)
        {
            try
            {
                return $"{await context.GetHttpRequestDataAsync()}";
            }
            catch (NotSupportedException e)
            {
                return e.Message;
            }
        }
    }

    sealed class SeveralResults
    {
        [Function("A")]
        public static Results A([HttpTrigger(AuthorizationLevel.Anonymous, "get")] Microsoft.AspNetCore.Http.HttpRequest request) => new();

        public sealed class Results
        {
            [HttpResult]
            public string? Answer { get; set; }
        }
    }

    sealed class Entity
    {
        [Function("Counter")]
        public static Task Run([EntityTrigger] TaskEntityDispatcher dispatcher) => Task.CompletedTask;
    }

    sealed class FixedRetry
    {
        [Function("A")]
        [FixedDelayRetry(3, "00:00:01")]
        public static void A([TimerTrigger("* * * * * *")] TimerInfo timer)
        {
        }
    }

    sealed class BackoffRetry
    {
        [Function("A")]
        [ExponentialBackoffRetry(3, "00:00:01", "00:01:00")]
        public static void A([TimerTrigger("* * * * * *")] TimerInfo timer)
        {
        }
    }
}
