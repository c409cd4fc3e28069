using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DataTransferHub.Cli.Processes;

/// <summary>
/// A child process whose output goes to a file, so that it can outlive its parent and never blocks on a full pipe. Dispose ends it and
/// everything it started, and nothing else.
/// </summary>
public sealed partial class ServerProcess : IAsyncDisposable
{
    const int Sigterm = 15;

    readonly Process _process;
    readonly string _name;

    ServerProcess(Process process, string name, string logFile)
    {
        _process = process;
        _name = name;
        LogFile = logFile;
    }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>The file with its standard output and standard error.</summary>
    public string LogFile { get; }

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts <paramref name="command"/>, found on PATH unless it is a path.</summary>
    /// <param name="name">Its name in errors.</param>
    /// <param name="command">The program.</param>
    /// <param name="arguments">Its arguments. Never a secret: other users of the machine can see them.</param>
    /// <param name="logFile">Where its output is appended.</param>
    /// <param name="environment">Additional environment variables.</param>
    public static ServerProcess Start(
        string name, string command, IEnumerable<string> arguments, string logFile, IReadOnlyDictionary<string, string>? environment = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(logFile)!);

        // The shell opens the file and is then replaced by the program, so the process id is the program's.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = Repository.Root };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec \"$@\" </dev/null >>\"$DTH_LOG_FILE\" 2>&1");
        start.ArgumentList.Add(name);
        start.ArgumentList.Add(command);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["DTH_LOG_FILE"] = logFile;
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
            start.Environment[key] = value;

        return new ServerProcess(Process.Start(start)!, name, logFile);
    }

    /// <summary>
    /// Waits until <paramref name="isReady"/> returns true; fails with the process's last output if it ends or takes too long.
    /// </summary>
    public async Task WaitUntilReadyAsync(
        Func<CancellationToken, Task<bool>> isReady, TimeSpan patience, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            while (!await isReady(limit.Token).ConfigureAwait(false))
            {
                if (_process.HasExited)
                    throw new InvalidOperationException(
                        $"{_name} ended with code {_process.ExitCode} before it was ready. Its last output:\n{LogTail()}");
                await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{_name} was not ready within {patience.TotalSeconds:0} s. Its last output:\n{LogTail()}");
        }
    }

    /// <summary>The last lines of its output.</summary>
    public string LogTail(int lines = 40) => File.Exists(LogFile) ? string.Join('\n', ReadLog().Split('\n').TakeLast(lines)) : "";

    /// <summary>All of its output so far.</summary>
    public string ReadLog()
    {
        using var reader = new StreamReader(
            new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd();
    }

    /// <summary>Sends SIGTERM, waits for the end, and returns the exit code.</summary>
    /// <exception cref="TimeoutException">It did not end in time and is still running.</exception>
    public async Task<int> StopAsync(TimeSpan patience)
    {
        if (!_process.HasExited)
            _ = SendSignal(_process.Id, Sigterm);
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{_name} did not end {patience.TotalSeconds:0} s after SIGTERM. Its last output:\n{LogTail()}");
        }

        return _process.ExitCode;
    }

    /// <summary>Kills it (SIGKILL) with everything it started, and waits until it has ended.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().ConfigureAwait(false);
    }

    /// <summary>Leaves the process running after this one has ended.</summary>
    public void Release() => _process.Dispose();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync().ConfigureAwait(false);
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
