using System.Collections.Concurrent;
using DataTransferHub.Engine.Hosting.Durable;
using DataTransferHub.Engine.Hosting.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace DataTransferHub.Engine.Tests.Hosting;

public sealed class DurableFunctionTests
{
    sealed record Order(string Customer, int[] Parcels);

    sealed record Delivery(string Customer, int Weight);

    sealed class Seen
    {
        internal ConcurrentQueue<string> Lines { get; } = new();

        internal TaskCompletionSource Began { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    sealed class Scale
    {
        internal int Weigh(int parcel) => parcel * 10;
    }

    sealed class Deliveries(Scale scale, Seen seen)
    {
        [Function("Start")]
        public static async Task<IResult> Start(
            [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "orders/{customer}")] HttpRequest request,
            string customer,
            [DurableClient] DurableTaskClient client,
            CancellationToken cancellation)
        {
            var id = await client.ScheduleNewOrchestrationInstanceAsync("Deliver", new Order(customer, [1, 2, 3]), cancellation);
            return Results.Text(id);
        }

        [Function("Deliver")]
        public async Task<Delivery> Deliver([OrchestrationTrigger] TaskOrchestrationContext context, Order order)
        {
            var weights = await Task.WhenAll(order.Parcels.Select(parcel => context.CallActivityAsync<int>("Weigh", parcel)));
            var name = await context.CallSubOrchestratorAsync<string>("Name", order.Customer);
            seen.Lines.Enqueue("delivered");
            return new(name, weights.Sum());
        }

        [Function("Name")]
        public static async Task<string> Name([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            await context.CreateTimer(TimeSpan.FromMilliseconds(10), CancellationToken.None);
            return context.GetInput<string>()!.ToUpperInvariant();
        }

        [Function("Weigh")]
        public int Weigh([ActivityTrigger] int parcel, string instanceId, FunctionContext context)
        {
            seen.Lines.Enqueue($"{context.FunctionDefinition.Name} for {instanceId.Length} characters");
            return scale.Weigh(parcel);
        }

        [Function("Refuse")]
        public static Task<string> Refuse([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.CallActivityAsync<string>("Fail", "x");

        [Function("Fail")]
        public static string Fail([ActivityTrigger] string input) => throw new FormatException($"cannot read {input}");

        [Function("Endless")]
        public static Task Endless([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync("Wait");

        [Function("Wait")]
        public async Task Wait([ActivityTrigger] string? input, CancellationToken cancellation)
        {
            seen.Began.TrySetResult();
            await new TaskCompletionSource().Task.WaitAsync(cancellation);
        }
    }

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    static Task<RunningHost> Start(
        Seen seen, Action<EmbeddedHostOptions>? options = null, Func<FunctionContext, Func<Task>, Task>? middleware = null) =>
        RunningHost.Start([typeof(Deliveries)], options, builder =>
        {
            builder.Services.AddSingleton<Scale>().AddSingleton(seen);
            if (middleware is not null)
                builder.UseMiddleware(middleware);
        });

    static DurableTaskClient ClientOf(RunningHost host) => host.Services.GetRequiredService<HostedEngine>().Client;

    static Task<OrchestrationMetadata> Finished(RunningHost host, string id) =>
        ClientOf(host).WaitForInstanceCompletionAsync(id, true, TestContext.Current.CancellationToken).WaitAsync(Patience);

    [Fact]
    public async Task A_request_starts_an_orchestration_that_calls_activities_and_another_orchestration()
    {
        var seen = new Seen();
        await using var host = await Start(seen);
        var answer = await host.Send(HttpMethod.Post, "api/orders/ann");
        var id = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var done = await Finished(host, id);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, done.RuntimeStatus);
        Assert.Equal(new Delivery("ANN", 60), done.ReadOutputAs<Delivery>());
        Assert.Equal(3, seen.Lines.Count(line => line == "Weigh for 32 characters"));
        Assert.Contains("delivered", seen.Lines);
    }

    [Fact]
    public async Task An_activitys_exception_reaches_the_orchestrations_failure_wrapped_as_the_official_worker_wraps_it()
    {
        await using var host = await Start(new Seen());
        var id = await ClientOf(host).ScheduleNewOrchestrationInstanceAsync("Refuse", TestContext.Current.CancellationToken);
        var done = await Finished(host, id);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, done.RuntimeStatus);

        // Each function's exception is in an AggregateException: the orchestrator's contains that of the activity, and so on.
        var orchestrator = done.FailureDetails!;
        Assert.True(orchestrator.IsCausedBy<AggregateException>());
        var failed = orchestrator.InnerFailure!;
        Assert.Equal(
            "Task 'Fail' (#0) failed with an unhandled exception: One or more errors occurred. (cannot read x)", failed.ErrorMessage);
        var activity = failed.InnerFailure!;
        Assert.True(activity.IsCausedBy<AggregateException>());
        Assert.True(activity.InnerFailure!.IsCausedBy<FormatException>());
        Assert.Equal("cannot read x", activity.InnerFailure.ErrorMessage);
    }

    [Fact]
    public async Task Middleware_stands_around_orchestrators_and_activities_too()
    {
        var passed = new ConcurrentBag<string>();
        await using var host = await Start(new Seen(), middleware: async (context, next) =>
        {
            passed.Add(
                context.FunctionDefinition.InputBindings.Values.Single(
                    binding => binding.Type.EndsWith("Trigger", StringComparison.Ordinal)).Type);
            await next();
        });
        var id = await ClientOf(host).ScheduleNewOrchestrationInstanceAsync(
            "Deliver", new Order("bob", [1]), TestContext.Current.CancellationToken);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await Finished(host, id)).RuntimeStatus);
        Assert.Contains("orchestrationTrigger", passed);
        Assert.Single(passed, "activityTrigger");
    }

    [Fact]
    public async Task An_activity_that_does_not_finish_in_time_is_parked_and_runs_again_at_the_next_start()
    {
        var first = new Seen();
        string id;
        var folder = RunningHost.NewFolder();
        using (var host = RunningHost.Build(folder, [typeof(Deliveries)], Impatient, With(first)))
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
            id = await host.Services.GetRequiredService<HostedEngine>().Client
                .ScheduleNewOrchestrationInstanceAsync("Endless", TestContext.Current.CancellationToken);
            await first.Began.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
            await host.StopAsync(TestContext.Current.CancellationToken);
            Assert.Equal(["Wait"], host.Services.GetRequiredService<FunctionCatalog>().Parked);
        }

        var second = new Seen();
        using (var host = RunningHost.Build(folder, [typeof(Deliveries)], Impatient, With(second)))
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
            await second.Began.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
            var client = host.Services.GetRequiredService<HostedEngine>().Client;
            Assert.Equal(
                OrchestrationRuntimeStatus.Running,
                (await client.GetInstanceAsync(id, TestContext.Current.CancellationToken))!.RuntimeStatus);
            await host.StopAsync(TestContext.Current.CancellationToken);
        }

        Directory.Delete(folder, recursive: true);

        static void Impatient(EmbeddedHostOptions options) => options.ShutdownGrace = TimeSpan.FromMilliseconds(50);
        static Action<Microsoft.Azure.Functions.Worker.Builder.FunctionsApplicationBuilder> With(Seen seen) =>
            builder => builder.Services.AddSingleton<Scale>().AddSingleton(seen);
    }
}
