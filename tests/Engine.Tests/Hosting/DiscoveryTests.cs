using System.Reflection;
using DataTransferHub.Engine.Hosting.Functions;
using DataTransferHub.Engine.Hosting.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace DataTransferHub.Engine.Tests.Hosting;

public sealed class DiscoveryTests
{
    sealed class Good
    {
        [Function("Orchestrate")]
        public static Task<int[]> Orchestrate([OrchestrationTrigger] TaskOrchestrationContext context, int[] input) =>
            Task.FromResult(input);

        [Function("Act")]
        public static int Act(
            [ActivityTrigger] string? input, string instanceId, FunctionContext context, [DurableClient] DurableTaskClient client,
            CancellationToken cancellation) => 0;

        [Function("Tick")]
        public static void Tick([TimerTrigger("%Every%")] TimerInfo timer, [DurableClient] DurableTaskClient client)
        {
        }
    }

    class Base
    {
        [Function("Answer")]
        public static void Answer([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request, CancellationToken cancellation)
        {
        }
    }

    sealed class Derived : Base
    {
    }

    sealed class SameName
    {
        [Function("act")]
        public static int Other([ActivityTrigger] string? input) => 0;
    }

    sealed class NoTrigger
    {
        [Function("A")]
        public static void A(string text)
        {
        }
    }

    sealed class HiddenMethod
    {
        [Function("A")]
        internal static void A([TimerTrigger("* * * * * *")] TimerInfo timer)
        {
        }
    }

    sealed class AsyncVoid
    {
        [Function("A")]
        public static async void A([TimerTrigger("* * * * * *")] TimerInfo timer) => await Task.Yield();
    }

    sealed class BadSchedule
    {
        [Function("A")]
        public static void A([TimerTrigger("every day")] TimerInfo timer)
        {
        }
    }

    sealed class UnsetSchedule
    {
        [Function("A")]
        public static void A([TimerTrigger("%Nowhere%")] TimerInfo timer)
        {
        }
    }

    sealed class BadRoute
    {
        [Function("A")]
        public static string A([HttpTrigger("get", Route = "a/{b")] HttpRequest request) => "";
    }

    sealed class NotInRoute
    {
        [Function("A")]
        public static string A([HttpTrigger("get", Route = "a/{b}")] HttpRequest request, string c) => "";
    }

    sealed class WrongTriggerType
    {
        [Function("A")]
        public static string A([HttpTrigger("get")] string request) => "";
    }

    sealed class ClientInOrchestrator
    {
        [Function("A")]
        public static Task A([OrchestrationTrigger] TaskOrchestrationContext context, [DurableClient] DurableTaskClient client) =>
            Task.CompletedTask;
    }

    sealed class TokenInOrchestrator
    {
        [Function("A")]
        public static Task A([OrchestrationTrigger] TaskOrchestrationContext context, CancellationToken cancellation) => Task.CompletedTask;
    }

    sealed class TwoInputs
    {
        [Function("A")]
        public static Task A([OrchestrationTrigger] TaskOrchestrationContext context, string one, string two) => Task.CompletedTask;
    }

    sealed class OtherHub
    {
        [Function("A")]
        public static void A([ActivityTrigger] string input, [DurableClient(TaskHub = "other")] DurableTaskClient client)
        {
        }
    }

    sealed class SharedTaskName
    {
        [Function("One")]
        public static int One([ActivityTrigger(Activity = "Same")] string input) => 0;

        [Function("Two")]
        public static int Two([ActivityTrigger(Activity = "same")] string input) => 0;
    }

    static IReadOnlyList<FunctionMethod> Find(params Type[] types)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Every", "00:05:00")]).Build();
        return new FunctionDiscovery(configuration, new HostJson()).Find(types);
    }

    [Fact]
    public void Functions_of_every_kind_are_found_by_their_names()
    {
        var found = Find(typeof(Good));
        Assert.Equal(["Act", "Orchestrate", "Tick"], found.Select(function => function.Name).Order());
        Assert.Equal(
            ["activityTrigger", "orchestrationTrigger", "timerTrigger"],
            found.OrderBy(function => function.Name).Select(function => function.Trigger.Kind));
        var activity = found.Single(function => function.Name == "Act").Definition;
        Assert.Equal(["client", "input"], activity.InputBindings.Keys.Order());
        Assert.EndsWith("Good.Act", activity.EntryPoint, StringComparison.Ordinal);
    }

    // Several hosts in one process read the parameters of a method at the same time.
    [Fact]
    public void A_trigger_is_recognized_by_its_position_whichever_object_describes_its_parameter()
    {
        var method = typeof(Base).GetMethod(nameof(Base.Answer))!;
        const BindingFlags inherited = BindingFlags.Public | BindingFlags.Static | BindingFlags.FlattenHierarchy;
        var other = typeof(Derived).GetMethod(nameof(Base.Answer), inherited)!.GetParameters();
        Assert.NotSame(method.GetParameters()[0], other[0]);
        var trigger = new HttpFunctionTrigger(other[0], RoutePatternFactory.Parse("/answer"), [], AuthorizationLevel.Anonymous);
        Assert.Equal(2, ArgumentBinders.For(method, trigger).Length);
        Assert.Equal(["request"], new HostFunctionDefinition("Answer", method, trigger).InputBindings.Keys);
    }

    [Theory]
    [InlineData(typeof(NoTrigger), "NoTrigger.A has no trigger")]
    [InlineData(typeof(HiddenMethod), "make it public")]
    [InlineData(typeof(AsyncVoid), "return Task")]
    [InlineData(typeof(BadSchedule), "'every day'")]
    [InlineData(typeof(UnsetSchedule), "'Nowhere'")]
    [InlineData(typeof(BadRoute), "'a/{b'")]
    [InlineData(typeof(NotInRoute), "add {c} to the route")]
    [InlineData(typeof(WrongTriggerType), "make 'request' a HttpRequest")]
    [InlineData(typeof(ClientInOrchestrator), "call the client from an activity")]
    [InlineData(typeof(TokenInOrchestrator), "'cancellation'")]
    [InlineData(typeof(TwoInputs), "several input parameters")]
    [InlineData(typeof(OtherHub), "names a task hub")]
    [InlineData(typeof(SharedTaskName), "One and Two are both activity Same")]
    public void A_function_that_cannot_run_is_named_with_its_remedy(Type type, string expected)
    {
        var failure = Assert.Throws<StartFailure>(() => Find(type));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_unique_without_regard_to_case()
    {
        var failure = Assert.Throws<StartFailure>(() => Find(typeof(Good), typeof(SameName)));
        Assert.Contains("Good.Act", failure.Message, StringComparison.Ordinal);
        Assert.Contains("SameName.Other", failure.Message, StringComparison.Ordinal);
    }
}
