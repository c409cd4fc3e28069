using System.Runtime.InteropServices;

namespace DataTransferHub.Storage;

/// <summary>Files that are written completely or not at all, and survive a loss of power once the write has returned.</summary>
static class DurableFile
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes the file, replacing an existing one.</summary>
    /// <exception cref="StorageException">The disk is full or cannot be written; the file is what it was.</exception>
    public static Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        GuardAsync(path, () => ReplaceAsync(path, content, cancellationToken));

    static async Task<bool> ReplaceAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(path)!;
        CreateFolder(folder);
        var temporary = await WriteTemporaryAsync(path, content, cancellationToken);
        MoveOrDelete(temporary, path, overwrite: true);
        SyncFolder(folder);
        return true;
    }

    /// <summary>Writes the file, readable by its owner alone; false when the file exists, which is then left as it is.</summary>
    /// <exception cref="StorageException">The disk is full or cannot be written; there is no file.</exception>
    public static Task<bool> TryCreateSecretAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        GuardAsync(path, () => TryCreateAsync(path, content, cancellationToken));

    static async Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var temporary = await WriteTemporaryAsync(path, content, cancellationToken);
        try
        {
            MoveOrDelete(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }

        SyncFolder(Path.GetDirectoryName(path)!);
        return true;
    }

    static async Task<T> GuardAsync<T>(string path, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (IOException e) when (StorageException.Find(e, path) is { } fault)
        {
            throw fault;
        }
        catch (UnauthorizedAccessException e)
        {
            throw StorageException.Unwritable(path, e);
        }
    }

    /// <summary>Moves a file that is on the disk to its place, replacing an existing one; missing folders are created.</summary>
    public static void Move(string file, string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        CreateFolder(folder);
        File.Move(file, path, overwrite: true);
        SyncFolder(folder);
    }

    static void MoveOrDelete(string temporary, string path, bool overwrite)
    {
        try
        {
            File.Move(temporary, path, overwrite);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    static async Task<string> WriteTemporaryAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}{TemporarySuffix}";
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;

        try
        {
            await using var file = new FileStream(temporary, options);
            await file.WriteAsync(content, cancellationToken);
            file.Flush(flushToDisk: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        return temporary;
    }

    /// <summary>How the names of files end that are still being written, or were when the process ended.</summary>
    public const string TemporarySuffix = ".writing";

    // A folder's own entry lives in its parent, so each new level is synced into the one above it.
    static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;

        var parent = Path.GetDirectoryName(folder);
        if (parent is not null)
            CreateFolder(parent);
        Directory.CreateDirectory(folder);
        if (parent is not null)
            SyncFolder(parent);
    }

    // A rename is durable only once the folder that holds the name is on disk. Windows needs no such call and has none.
    static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;

        const int readOnly = 0;
        var descriptor = Open(folder, readOnly);
        if (descriptor < 0)
            throw Failure($"Cannot open the folder '{folder}' to make a change durable");
        try
        {
            if (Fsync(descriptor) != 0)
                throw Failure($"Cannot make a change in the folder '{folder}' durable");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    // Keeps the errno where .NET keeps it in its own exceptions.
    static IOException Failure(string what)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{what} (errno {errno}).", errno);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Close(int descriptor);
}
