using System.Net.Sockets;
using System.Runtime.Versioning;
using DataTransferHub.Cli.Hub;
using DataTransferHub.Cli.Processes;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DataTransferHub.EndToEnd.Tests;

/// <summary>A hub that cannot start reports the reason in one line; its exit code distinguishes wrong options from other faults.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class StartTests : IDisposable
{
    const int CannotStart = 1;
    const int WrongOption = 2;

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    readonly TemporaryFolder _folder = new();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Objects__PartSize", "abc", "Objects:PartSize 'abc'")]
    [InlineData("Objects__PartSize", "-5", "Objects:PartSize '-5'")]
    [InlineData("Objects__PartSize", "1000", "Objects:PartSize '1000'")]
    [InlineData("Objects__PartSzie", "16777216", "Did you mean Objects:PartSize?")]
    [InlineData("Hub__ShutdownGrace", "soon", "Hub:ShutdownGrace 'soon'")]
    [InlineData("Kestrel__Endpoints__Open__Url", "http://0.0.0.0:0", "Kestrel:Endpoints:Open")]
    public async Task An_option_that_is_wrong_is_told_by_its_name(string name, string value, string expected)
    {
        var (code, line) = await RunAsync((name, value));
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.Equal(WrongOption, code);
    }

    [Fact]
    public async Task A_key_of_the_vault_that_is_none_is_told_and_not_shown()
    {
        var (code, line) = await RunAsync(("DTH_VAULT_KEY", "pqz-not-a-key"));
        Assert.Contains("DTH_VAULT_KEY", line, StringComparison.Ordinal);
        Assert.DoesNotContain("pqz", line, StringComparison.Ordinal);
        Assert.Equal(WrongOption, code);
    }

    [Theory]
    [InlineData("hub.db")]
    [InlineData("tasks.db")]
    [InlineData("vault.db")]
    public async Task A_file_that_cannot_be_used_is_told_with_the_remedy(string name)
    {
        await using (var hub = await HubProcess.StartAsync(Data, cancellationToken: Cancellation))
            Assert.Equal(0, await hub.StopAsync());
        var path = Path.Combine(Data, name);
        Execute(path, "PRAGMA user_version = 999");
        await IsRefusedAsync("newer version");

        await using (var file = new FileStream(path, FileMode.Open, FileAccess.Write))
            file.Write([.. Enumerable.Repeat((byte)0x5a, 200)]);
        await IsRefusedAsync("damaged");

        await File.WriteAllBytesAsync(path, [], Cancellation);
        if (await MakeReadOnlyAsync(path) is { } readOnly)
            await IsRefusedAsync("cannot be written", readOnly);

        async Task IsRefusedAsync(string expected, string[]? prefix = null)
        {
            var (code, line) = await RunAsync(prefix);
            Assert.Contains($"'{path}'", line, StringComparison.Ordinal);
            Assert.Contains(expected, line, StringComparison.Ordinal);
            Assert.Contains("--data", line, StringComparison.Ordinal);
            Assert.Equal(CannotStart, code);
        }
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_not_said_to_be_in_use()
    {
        Directory.CreateDirectory(Data);
        var prefix = await MakeReadOnlyAsync(Data);
        Assert.SkipWhen(prefix is null, "Root may write everything here, and may not mount a folder read-only.");

        var (code, line) = await RunAsync(prefix);

        Assert.Contains("cannot be written", line, StringComparison.Ordinal);
        Assert.Contains("--data", line, StringComparison.Ordinal);
        Assert.DoesNotContain("in use", line, StringComparison.Ordinal);
        Assert.Equal(CannotStart, code);
    }

    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://0.0.0.0:{0}")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "{0}")]
    [InlineData("URLS", "http://0.0.0.0:{0}")]
    public async Task Addresses_that_the_environment_names_are_not_listened_on(string name, string value)
    {
        var port = FreePort.Find();
        var options = new Dictionary<string, string>
        {
            [name] = string.Format(null, value, port),
            ["ASPNETCORE_PREFERHOSTINGURLS"] = "true",
        };
        await using var hub = await HubProcess.StartAsync(Data, options, Cancellation);

        Assert.True(hub.Url.IsLoopback);
        using var client = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync("127.0.0.1", port, Cancellation).AsTask());
    }

    Task<(int Code, string Line)> RunAsync(params (string Name, string Value)[] environment) => RunAsync(null, environment);

    async Task<(int Code, string Line)> RunAsync(string[]? prefix, params (string Name, string Value)[] environment)
    {
        var log = Path.Combine(_folder.Path, Guid.NewGuid().ToString("N") + ".log");
        string[] command = [.. prefix ?? [], "dotnet", HubProcess.AppPath, "--data", Data, "--url", "http://127.0.0.1:0"];
        await using var process = ServerProcess.Start(
            "hub", command[0], command[1..], log, environment.ToDictionary(one => one.Name, one => one.Value));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Patience);
        while (!process.HasExited)
            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
        return (await process.StopAsync(Patience), Assert.Single(process.ReadLog().Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    /// <summary>Makes a file or a folder read-only for what runs behind the command that is returned; null where that cannot be.</summary>
    async Task<string[]?> MakeReadOnlyAsync(string path)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            File.SetUnixFileMode(path, Directory.Exists(path) ? UnixFileMode.UserRead | UnixFileMode.UserExecute : UnixFileMode.UserRead);
            return [];
        }

        // Permissions do not restrict root; a mount does, and a mount in its own namespace ends with its process.
        const string mount = "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && exec \"$@\"";
        string[] mounted = ["unshare", "--mount", "sh", "-c", mount, path];
        var log = Path.Combine(_folder.Path, "probe.log");
        await using var probe = ServerProcess.Start("probe", mounted[0], [.. mounted[1..], "true"], log);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Patience);
        while (!probe.HasExited)
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        return await probe.StopAsync(Patience) == 0 ? mounted : null;
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
