using System.Net;
using DataTransferHub.Engine.Hosting.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace DataTransferHub.Engine.Tests.Hosting;

public sealed class HttpFunctionTests
{
    sealed record Greeting(string Text);

    sealed class Greeter
    {
        internal string Greet(string name) => $"hello {name}";
    }

    sealed class Site(Greeter greeter)
    {
        [Function("Plain")]
        public static string Plain([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => request.Method;

        [Function("Greet")]
        public string Greet(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "greetings/{name}")] HttpRequest request, string name) =>
            greeter.Greet(name);

        [Function("Number")]
        public static async Task<IActionResult> Number(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "numbers/{number}/{ending?}")] HttpRequest request,
            int number,
            string? ending,
            FunctionContext context,
            CancellationToken cancellation)
        {
            await Task.Yield();
            cancellation.ThrowIfCancellationRequested();
            return new OkObjectResult(new { Twice = 2 * number, ending, Function = context.FunctionDefinition.Name });
        }

        [Function("Result")]
        public static ValueTask<IResult> Result([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequest request) =>
            ValueTask.FromResult(Results.StatusCode(StatusCodes.Status202Accepted));

        [Function("Value")]
        public static Greeting Value([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new("hi");

        [Function("Own")]
        public static async Task Own([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
        {
            request.HttpContext.Response.StatusCode = StatusCodes.Status418ImATeapot;
            await request.HttpContext.Response.WriteAsync("short and stout");
        }

        [Function("Broken")]
        public static string Broken([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
            throw new InvalidOperationException("the secret reason");

        [Function("Guarded")]
        public static string Guarded([HttpTrigger("get", Route = "guarded")] HttpRequest request) => "open";

        [Function("ForCallers")]
        public static string ForCallers([HttpTrigger(AuthorizationLevel.Function, "get", Route = "callers")] HttpRequest request) => "in";

        [Function("ForMaster")]
        public static string ForMaster([HttpTrigger(AuthorizationLevel.Admin, "get", Route = "master")] HttpRequest request) => "in";
    }

    static Task<RunningHost> Start(Action<EmbeddedHostOptions>? options = null) =>
        RunningHost.Start([typeof(Site)], options, builder => builder.Services.AddSingleton<Greeter>());

    [Fact]
    public async Task A_function_answers_below_api_under_its_own_name_and_to_every_method()
    {
        await using var host = await Start();
        Assert.Equal("GET", await host.Get("api/plain"));
        var answer = await host.Send(HttpMethod.Delete, "api/Plain");
        Assert.Equal("DELETE", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Route_values_become_arguments_and_classes_are_made_by_dependency_injection()
    {
        await using var host = await Start();
        Assert.Equal("hello 王 小明", await host.Get("api/greetings/王%20小明"));
    }

    [Fact]
    public async Task Action_results_typed_route_values_and_the_context_work_together()
    {
        await using var host = await Start();
        Assert.Equal("""{"twice":42,"ending":"!","function":"Number"}""", await host.Get("api/numbers/21/!"));
        Assert.Equal("""{"twice":42,"ending":null,"function":"Number"}""", await host.Get("api/numbers/21"));
    }

    [Fact]
    public async Task A_route_value_of_the_wrong_type_is_the_callers_fault()
    {
        await using var host = await Start();
        var answer = await host.Send(HttpMethod.Get, "api/numbers/many");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(
            "'number'", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_values_and_answers_written_by_hand_reach_the_caller()
    {
        await using var host = await Start();
        Assert.Equal(HttpStatusCode.Accepted, (await host.Send(HttpMethod.Post, "api/result")).StatusCode);
        Assert.Equal("""{"text":"hi"}""", await host.Get("api/value"));
        var own = await host.Send(HttpMethod.Get, "api/own");
        Assert.Equal(418, (int)own.StatusCode);
        Assert.Equal("short and stout", await own.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_method_that_is_not_listed_is_not_allowed()
    {
        await using var host = await Start();
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await host.Send(HttpMethod.Get, "api/result")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Send(HttpMethod.Get, "api/nothing")).StatusCode);
    }

    [Fact]
    public async Task A_failure_is_answered_without_its_reason()
    {
        await using var host = await Start();
        var answer = await host.Send(HttpMethod.Get, "api/broken");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.DoesNotContain(
            "secret", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guarded_function_opens_to_its_key_and_to_the_master_key_only()
    {
        await using var host = await Start();
        Assert.Equal("open", await host.Get("api/guarded"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Send(HttpMethod.Get, "api/callers")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Send(HttpMethod.Get, "api/callers?code=wrong")).StatusCode);
        Assert.Equal("in", await host.Get($"api/callers?code={host.Keys.Function}"));
        Assert.Equal(HttpStatusCode.OK, (await SendWithKey("api/callers", host.Keys.Master)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendWithKey("api/master", host.Keys.Function)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendWithKey("api/master", host.Keys.Master)).StatusCode);

        Task<HttpResponseMessage> SendWithKey(string path, string key) =>
            host.Send(HttpMethod.Get, path, request => request.Headers.Add("x-functions-key", key));
    }

    [Fact]
    public async Task Keys_are_made_once_and_for_the_owner_alone()
    {
        await using var host = await Start();
        if (!OperatingSystem.IsWindows())
        {
            var path = Path.Combine(host.Folder, "keys.json");
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(host.Folder));
        }

        Assert.Equal(host.Keys, HubKeys.LoadOrCreate(Path.Combine(host.Folder, "keys.json")));
        Assert.Equal(3, new HashSet<string> { host.Keys.Function, host.Keys.System, host.Keys.Master }.Count);
    }

    [Fact]
    public async Task Static_files_are_served_at_the_root_and_nothing_beside_them()
    {
        var outer = RunningHost.NewFolder();
        var site = Directory.CreateDirectory(Path.Combine(outer, "site")).FullName;
        await File.WriteAllTextAsync(Path.Combine(site, "index.html"), "<p>home", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(outer, "secret.txt"), "secret", TestContext.Current.CancellationToken);
        await using (var host = await Start(options => options.StaticFiles = site))
        {
            Assert.Equal("<p>home", await host.Get("/"));
            Assert.Equal("GET", await host.Get("api/plain"));
            foreach (var path
                in new[] { "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "//secret.txt", "/%5c..%5csecret.txt" })
                Assert.Equal(HttpStatusCode.NotFound, (await SendRaw(host, path)).StatusCode);
        }

        Directory.Delete(outer, recursive: true);
    }

    [Fact]
    public async Task Middleware_stands_around_the_function_and_can_answer_in_its_place()
    {
        await using var host = await RunningHost.Start([typeof(Site)], configure: builder =>
        {
            builder.Services.AddSingleton<Greeter>();
            builder.UseMiddleware(async (context, next) =>
            {
                context.GetHttpContext()!.Response.Headers["x-function"] = context.FunctionDefinition.Name;
                await next();
            });
            builder.UseWhen(
                context => context.FunctionDefinition.Name == "Value",
                (context, _) => context.GetHttpContext()!.Response.WriteAsync("instead"));
        });
        var answer = await host.Send(HttpMethod.Get, "api/plain");
        Assert.Equal("Plain", answer.Headers.GetValues("x-function").Single());
        Assert.Equal("instead", await host.Get("api/value"));
    }

    // HttpClient would normalize the path.
    static async Task<HttpResponseMessage> SendRaw(RunningHost host, string path)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(host.Url.Host, host.Url.Port, TestContext.Current.CancellationToken);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(
            System.Text.Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var status = (await reader.ReadLineAsync(TestContext.Current.CancellationToken))!.Split(' ')[1];
        return new((HttpStatusCode)int.Parse(status, System.Globalization.CultureInfo.InvariantCulture));
    }
}
