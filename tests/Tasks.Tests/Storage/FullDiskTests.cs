using System.Diagnostics;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Sqlite;
using DataTransferHub.Storage;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Tasks.Tests.Storage;

/// <summary>Messages and behaviour while nothing can be written.</summary>
public sealed class FullDiskTests
{
    const string Create = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }";
    const string CreateSecret = "mutation($input: SecretInput!) { createSecret(input: $input) { name } }";
    const int Full = 13;
    const int InputOutputError = 10;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_that_does_not_fit_is_refused_with_the_file_and_the_remedy_and_does_not_exist()
    {
        await using var hub = new TestHub();
        await hub.LimitTasksFileAsync(1);
        var error = Assert.Single((await hub.ExecuteAsync(Create, LargeTask()))["errors"]!.AsArray())!;
        Assert.Equal("STORAGE_FULL", (string)error["extensions"]!["code"]!);
        Assert.Equal(
            $"The disk of '{hub.Folder["tasks.db"]}' is full: nothing was changed. Free some space on it, then try again.",
            (string)error["message"]!);
        Assert.Empty(await hub.Store.ListLiveAsync(Cancellation));
        Assert.Empty(hub.Client.Started);

        await hub.LimitTasksFileAsync(1_000_000);
        Assert.Null((await hub.ExecuteAsync(Create, LargeTask()))["errors"]);
    }

    [Theory]
    [InlineData(Full, "STORAGE_FULL", "is full")]
    [InlineData(InputOutputError, "STORAGE_UNAVAILABLE", "input/output error")]
    public async Task A_task_whose_orchestration_cannot_be_written_is_not_half_created(int code, string answer, string words)
    {
        await using var hub = new TestHub();
        hub.Client.Fault = EngineFault(hub, code);
        var error = Assert.Single((await hub.ExecuteAsync(Create, SmallTask()))["errors"]!.AsArray())!;
        Assert.Equal(answer, (string)error["extensions"]!["code"]!);
        Assert.Contains(words, (string)error["message"]!, StringComparison.Ordinal);
        Assert.Contains(hub.Folder.Path, (string)error["message"]!, StringComparison.Ordinal);
        Assert.Empty(await hub.Store.ListLiveAsync(Cancellation));

        hub.Client.Fault = null;
        Assert.Null((await hub.ExecuteAsync(Create, SmallTask()))["errors"]);
        Assert.Single(await hub.Store.ListLiveAsync(Cancellation));
    }

    [Fact]
    public async Task A_stop_that_is_recorded_is_answered_though_the_orchestration_cannot_be_told_yet()
    {
        await using var hub = new TestHub();
        var id = await hub.CreateTaskAsync();
        hub.Client.Fault = EngineFault(hub, Full);
        var answer = await hub.ExecuteAsync("mutation($id: String) { stopTask(id: $id) { progress } }", new { id });
        Assert.Equal("STOPPING", (string)answer["data"]!["stopTask"]!["progress"]!);
    }

    [Fact]
    public async Task What_the_platform_says_of_a_full_device_is_understood()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full.");
        await using var device = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var fault = await Assert.ThrowsAsync<IOException>(() => device.WriteAsync(new byte[10], Cancellation).AsTask());
        Assert.True(StorageException.Find(new InvalidOperationException("outer", fault), "/data/work")!.IsFull);
    }

    [Fact]
    public void What_has_nothing_to_do_with_the_storage_is_none_of_its_faults()
    {
        Assert.Null(StorageException.Find(null, "/data"));
        Assert.Null(StorageException.Find(new DatabaseException(DatabaseFault.Unavailable, "no such table"), "/data"));
        Assert.Null(StorageException.Find(new IOException("The connection was reset."), "/data"));
        Assert.Null(StorageException.Find(new FileNotFoundException(), "/data"));
    }

    [Fact]
    public async Task On_a_disk_that_is_really_full_the_hub_says_so_changes_nothing_and_goes_on_once_there_is_space()
    {
        using var disk = SmallDisk.Mount(mebibytes: 16);
        await using var hub = await RunningHub.StartAsync(disk.Path);
        var id = await hub.CreateTaskAsync();
        await hub.WaitForProgressAsync(id, "DONE");
        var filler = disk.Fill();

        foreach (var (mutation, input) in new[] { (Create, LargeTask()), (CreateSecret, LargeSecret()) })
        {
            var error = Assert.Single((await hub.ExecuteAsync(mutation, input))["errors"]!.AsArray())!;
            Assert.Equal("STORAGE_FULL", (string)error["extensions"]!["code"]!);
            Assert.Contains(disk.Path, (string)error["message"]!, StringComparison.Ordinal);
        }

        var area = new LocalWorkArea(Options.Create(new HubOptions { DataDirectory = disk.Path }));
        var fault = await Assert.ThrowsAsync<StorageException>(() => area.WriteAsync("unit", new byte[1_000_000], Cancellation));
        Assert.True(fault.IsFull);
        Assert.Contains(Path.Combine(disk.Path, "work/unit"), fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(disk.Path, "work")));
        Assert.Equal([id], await IdsAsync(hub));

        File.Delete(filler);
        Assert.Null((await hub.ExecuteAsync(Create, LargeTask()))["errors"]);
        foreach (var task in await IdsAsync(hub))
            await hub.WaitForProgressAsync(task, "DONE");
        Assert.Equal(2, (await IdsAsync(hub)).Count);
    }

    static async Task<IReadOnlyList<string>> IdsAsync(RunningHub hub) =>
        [.. (await hub.ExecuteAsync("{ listTasksV2 { items { id } } }"))["data"]!["listTasksV2"]!["items"]!.AsArray()
            .Select(task => (string)task!["id"]!)];

    static object SmallTask() => TaskWith([TestHub.Parameter("srcBucket", "source")]);

    static object LargeTask() =>
        TaskWith(Enumerable.Range(0, 100).Select(number => TestHub.Parameter($"large-{number}", new string('x', 4000))));

    static object TaskWith(IEnumerable<object> parameters) => new { input = new { type = "S3EC2", scheduleType = "ONE_TIME", parameters } };

    static object LargeSecret() => new { input = new { name = "keys", value = new string('x', 60_000) } };

    // What the embedded engine throws: an exception about its own file.
    static DatabaseException EngineFault(TestHub hub, int code) =>
        DatabaseException.OfChange(hub.Folder["hub.db"], new SqliteException("It failed.", code))!;

    /// <summary>A file system in memory with little space. Needs the right to mount one.</summary>
    sealed class SmallDisk : IDisposable
    {
        readonly TemporaryFolder _folder = new();
        bool _isMounted;

        public string Path => _folder["disk"];

        public static SmallDisk Mount(int mebibytes)
        {
            Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Mounting a small disk needs Linux and root.");
            var disk = new SmallDisk();
            Directory.CreateDirectory(disk.Path);
            disk._isMounted = Run("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", disk.Path);
            if (!disk._isMounted)
                disk.Dispose();
            Assert.SkipUnless(disk._isMounted, "A small disk could not be mounted here.");
            return disk;
        }

        /// <summary>Leaves no space.</summary>
        public string Fill()
        {
            var path = System.IO.Path.Combine(Path, "filler");
            using var filler = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            try
            {
                while (true)
                    filler.Write(new byte[4096]);
            }
            catch (IOException)
            {
                return path;
            }
        }

        public void Dispose()
        {
            if (_isMounted)
                Run("umount", "--lazy", Path);
            _folder.Dispose();
        }

        static bool Run(string command, params string[] arguments)
        {
            using var process = Process.Start(command, arguments);
            process.WaitForExit();
            return process.ExitCode == 0;
        }
    }
}
