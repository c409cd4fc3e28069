using DataTransferHub.Engine.Storage;

namespace DataTransferHub.Engine.Hosting.Settings;

/// <summary>The data folder, locked by one process at a time.</summary>
sealed class DataDirectory : IDisposable
{
    readonly FileStream _lock;

    DataDirectory(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>The folder's absolute path.</summary>
    internal string Path { get; }

    /// <summary>The absolute path of a file in it.</summary>
    internal string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Creates the folder if it is missing, and locks it.</summary>
    /// <exception cref="StartFailure">It cannot be created or written, or another process has locked it.</exception>
    internal static DataDirectory Hold(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else if (!Directory.Exists(path))
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartFailure($"the data folder {path} cannot be created: {e.Message} Choose another one with --data.", e);
        }

        try
        {
            return new(path, FileLock.Take(System.IO.Path.Combine(path, "lock")));
        }
        catch (IOException e) when (FileLock.IsHeldElsewhere(e))
        {
            throw new StartFailure(
                $"the data folder {path} is in use by another process. Stop that hub, or choose another folder with --data.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartFailure(
                $"the data folder {path} cannot be written: {e.Message} Check its permissions and whether its file system is mounted"
                + " read-only or is full, or choose another folder with --data.",
                e);
        }
    }

    public void Dispose() => _lock.Dispose();
}
