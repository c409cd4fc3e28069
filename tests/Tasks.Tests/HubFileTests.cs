using DataTransferHub.Cli.Processes;
using DataTransferHub.Secrets;
using DataTransferHub.Sqlite;
using DataTransferHub.Storage;
using DataTransferHub.Tasks.Store;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Tasks.Tests;

/// <summary>Files and options of the data folder are checked when the hub starts.</summary>
public sealed class HubFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tasks.db", "PRAGMA user_version = 999", "newer version")]
    [InlineData("vault.db", "PRAGMA user_version = 999", "newer version")]
    public async Task A_file_of_a_newer_version_is_refused_and_left_alone(string name, string change, string expected)
    {
        await StartAsync();
        Execute(name, change);

        var failure = await Assert.ThrowsAsync<DatabaseException>(() => StartAsync());

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.Contains(_folder[name], failure.Message, StringComparison.Ordinal);
        Assert.Contains("--data", failure.Message, StringComparison.Ordinal);
        Assert.Equal(999L, Execute(name, "PRAGMA user_version"));
    }

    [Theory]
    [InlineData("tasks.db")]
    [InlineData("vault.db")]
    public async Task A_file_whose_first_page_is_damaged_is_refused_and_left_alone(string name)
    {
        await StartAsync();
        var damaged = await DamageAsync(name, page: 0);

        var failure = await Assert.ThrowsAsync<DatabaseException>(() => StartAsync());

        Assert.Contains("damaged", failure.Message, StringComparison.Ordinal);
        Assert.Contains(_folder[name], failure.Message, StringComparison.Ordinal);
        Assert.Contains("backup", failure.Message, StringComparison.Ordinal);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(_folder[name], TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("tasks.db")]
    [InlineData("vault.db")]
    public async Task Any_other_damaged_page_is_found_and_the_hub_starts_with_the_rest(string name)
    {
        await StartAsync();
        var damaged = await DamageAsync(name, page: -1);

        await StartAsync();

        var kept = Assert.Single(Directory.GetFiles(_folder.Path, name + ".damaged-*"));
        Assert.Equal(damaged, await File.ReadAllBytesAsync(kept, TestContext.Current.CancellationToken));
        Assert.Equal("ok", Execute(name, "PRAGMA integrity_check"));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(File.GetUnixFileMode(kept), File.GetUnixFileMode(_folder[name]));
    }

    async Task<byte[]> DamageAsync(string name, int page)
    {
        Execute(name, "VACUUM");
        var bytes = await File.ReadAllBytesAsync(_folder[name], TestContext.Current.CancellationToken);
        bytes.AsSpan(page >= 0 ? page * 4096 : bytes.Length - 4096, 512).Fill(0x5a);
        await File.WriteAllBytesAsync(_folder[name], bytes, TestContext.Current.CancellationToken);
        return bytes;
    }

    [Theory]
    [InlineData("tasks.db")]
    [InlineData("vault.db")]
    public async Task A_file_that_is_no_database_is_refused(string name)
    {
        await File.WriteAllTextAsync(_folder[name], new string('x', 10_000), TestContext.Current.CancellationToken);
        var failure = await Assert.ThrowsAsync<DatabaseException>(() => StartAsync());
        Assert.Contains("is not a database", failure.Message, StringComparison.Ordinal);
        Assert.Contains(_folder[name], failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_file_of_the_vault_that_holds_no_key_is_refused()
    {
        await File.WriteAllTextAsync(_folder["vault.key"], "short", TestContext.Current.CancellationToken);
        var failure = await Assert.ThrowsAsync<VaultException>(() => StartAsync());
        Assert.Contains(_folder["vault.key"], failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("short", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Hub:VaultKey", "pqz-not-a-key", "Hub:VaultKey (DTH_VAULT_KEY) must be 32 bytes")]
    [InlineData("Hub:StopSettle", "-00:00:05", "Hub:StopSettle '-00:00:05' must be from 00:00:00 to 01:00:00")]
    [InlineData("Hub:StopSettle", "abc", "Hub:StopSettle 'abc' must be a time")]
    [InlineData("Hub:StopSetle", "00:00:05", "Did you mean Hub:StopSettle?")]
    [InlineData("Hub:Ulr", "x", "Did you mean Hub:Url?")]
    public async Task An_option_that_is_wrong_is_told_by_name_and_a_key_is_never_shown(string name, string value, string expected)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync((name, value)));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pqz", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Hub:VaultKey", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("Hub:VaultKey", " ")]
    [InlineData("Hub:Url", "http://127.0.0.1:0")]
    [InlineData("Hub:ShutdownGrace", "00:00:05")]
    public Task What_is_right_is_taken(string name, string value) => StartAsync((name, value));

    async Task StartAsync(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Hub:DataDirectory", _folder.Path)])
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)))
            .Build();
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(configuration)
            .AddTasks()
            .AddSecrets()
            .BuildServiceProvider();
        services.GetRequiredService<IStartupValidator>().Validate();
        await services.GetRequiredService<HubFiles>().StartAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(services.GetRequiredService<ITaskStore>());
    }

    object? Execute(string name, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder[name]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
