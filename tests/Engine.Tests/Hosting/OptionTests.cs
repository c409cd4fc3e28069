using DataTransferHub.Engine.Hosting.Settings;
using DataTransferHub.Engine.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataTransferHub.Engine.Tests.Hosting;

/// <summary>Wrong options and unusable files are reported at the start.</summary>
public sealed class OptionTests
{
    sealed class Nothing
    {
        [Function("Nothing")]
        public static string Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => "nothing";
    }

    sealed class Limits
    {
        public int Most { get; set; } = -1;
    }

    [Theory]
    [InlineData("Hub:ShutdownGrace", "soon")]
    [InlineData("Hub:ShutdownGrace", "-00:00:01")]
    [InlineData("Hub:ShutdownGrace", "7.00:00:00")]
    [InlineData("Hub:AllowRemote", "perhaps")]
    [InlineData("Logging:LogLevel:Default", "Loud")]
    [InlineData("Logging:Console:LogLevel:Default", "Loud")]
    public void An_option_of_the_host_that_is_wrong_is_told_with_its_name_and_value(string name, string value)
    {
        var failure = Assert.Throws<StartFailure>(() =>
            RunningHost.Build(RunningHost.NewFolder(), [typeof(Nothing)], configure: builder => builder.Configuration[name] = value));
        Assert.Contains(name, failure.Message, StringComparison.Ordinal);
        Assert.Contains(value, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, failure.ExitCode);
    }

    [Fact]
    public async Task Options_of_the_application_are_validated_before_anything_starts()
    {
        var folder = RunningHost.NewFolder();
        using var host = RunningHost.Build(folder, [typeof(Nothing)], configure: builder =>
            builder.Services.AddOptions<Limits>().Validate(limits => limits.Most > 0, "Limits:Most must be above zero.").ValidateOnStart());
        var failure = await Assert.ThrowsAsync<StartFailure>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Equal(("Limits:Most must be above zero.", 2), (failure.Message, failure.ExitCode));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task What_the_application_finds_wrong_at_the_start_is_the_reason()
    {
        var folder = RunningHost.NewFolder();
        static Task Find(IServiceProvider services) => throw new InvalidDataException("its file is damaged");
        using (var host = RunningHost.Build(folder, [typeof(Nothing)], options => options.Starting = Find))
        {
            var failure = await Assert.ThrowsAsync<StartFailure>(() => host.StartAsync(TestContext.Current.CancellationToken));
            Assert.Equal(("its file is damaged", 1), (failure.Message, failure.ExitCode));
        }
        Assert.False(File.Exists(Path.Combine(folder, "hub.db")));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("""{"extensions":{"durableTask":{"maxConcurrentActivityFunctions":1000000}}}""", "ActivityFunctions '1000000'")]
    [InlineData("""{"extensions":{"durableTask":{"maxConcurrentOrchestratorFunctions":-5}}}""", "maxConcurrentOrchestratorFunctions '-5'")]
    [InlineData("""{"extensions":{"durableTask":{"hubName":" "}}}""", "hubName")]
    [InlineData("""{"functionTimeout":"00:00:00"}""", "functionTimeout '00:00:00'")]
    [InlineData("""{"functionTimeout":"50.00:00:00"}""", "functionTimeout '50.00:00:00'")]
    [InlineData("""{"logging":{"logLevel":{"default":"Loud"}}}""", "logging.logLevel.default 'Loud'")]
    public void A_value_of_host_json_that_is_wrong_is_told(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => HostJson.Parse(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("PRAGMA user_version = 999", "newer version")]
    [InlineData("DROP TABLE history", "is damaged where its tables are described (it has no table history)")]
    public async Task A_database_that_cannot_be_used_is_told_with_its_name_and_the_option(string change, string expected)
    {
        var folder = RunningHost.NewFolder();
        var path = Path.Combine(folder, "hub.db");
        await StartAndStopAsync(folder);
        Execute(path, change);

        var failure = await Assert.ThrowsAsync<StartFailure>(() => StartAndStopAsync(folder));

        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, failure.ExitCode);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_not_said_to_be_in_use()
    {
        // Simulates a file system that is mounted read-only, for tests that run as root.
        Assert.False(FileLock.IsHeldElsewhere(new IOException("Read-only file system", 30)));
        Assert.False(FileLock.IsHeldElsewhere(new UnauthorizedAccessException()));
    }

    static async Task StartAndStopAsync(string folder)
    {
        using var host = RunningHost.Build(folder, [typeof(Nothing)]);
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(CancellationToken.None);
    }

    static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        // The tests' own constants.
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
