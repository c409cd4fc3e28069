using System.Globalization;
using DataTransferHub.Sqlite;

namespace DataTransferHub.Storage;

/// <summary>
/// A copy of the data folder, taken while the hub runs or not, that a hub can be started from. All databases are copied as they were at
/// one moment: a task's record and its history are never apart by more than the work of that moment, which is repeated as after a crash.
/// </summary>
sealed class DataBackup(string dataDirectory, string target)
{
    // In this order: the record of a task may be newer than its history, which the hub mends at the start, but not older, as the
    // history would refer to runs that the record does not have.
    static readonly string[] Databases = ["hub.db", "tasks.db", "vault.db"];

    const string WorkFolder = "work";
    const string UnfinishedSuffix = ".unfinished";

    // The key of the secrets, and the keys of functions.
    static readonly string[] KeyPatterns = ["*.key", "*.json"];

    /// <summary>Takes the backup.</summary>
    /// <returns>What was copied: names relative to the folder, and sizes in bytes.</returns>
    /// <exception cref="IOException">The target exists, a folder cannot be read, or the target cannot be written.</exception>
    /// <exception cref="DatabaseException">A database cannot be read.</exception>
    public IReadOnlyList<(string Name, long Bytes)> Take()
    {
        if (Databases.FirstOrDefault(name => !File.Exists(Path.Combine(dataDirectory, name))) is { } missing)
            throw new IOException($"'{dataDirectory}' is not the data folder of a hub: it has no {missing}.");
        if (Path.Exists(target))
            throw new IOException($"'{target}' exists already. Give a new folder; a backup never overwrites anything.");

        // Under another name until it is complete, so that what was interrupted is not taken for a backup.
        var folder = target + UnfinishedSuffix;
        if (Path.Exists(folder))
            throw new IOException($"'{folder}' exists: another backup is in progress or was interrupted. In the latter case, remove it.");
        CreateForOwner(folder);
        try
        {
            var copied = CopyAll(folder);
            Directory.Move(folder, target);
            return copied;
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    List<(string Name, long Bytes)> CopyAll(string folder)
    {
        // The plans that a history refers to are written before it, and removed when their run ends: those that are there before the
        // databases are copied, together with those that are there after it, are all that the copied histories need.
        CopyWork(folder);
        var snapshots = new List<DatabaseSnapshot>();
        try
        {
            foreach (var name in Databases)
                snapshots.Add(new DatabaseSnapshot(Path.Combine(dataDirectory, name)));
            CopyWork(folder);
            foreach (var (snapshot, name) in snapshots.Zip(Databases))
                snapshot.CopyTo(CreateFileForOwner(Path.Combine(folder, name)));
        }
        finally
        {
            foreach (var snapshot in snapshots)
                snapshot.Dispose();
        }

        // After the vault: the key is written before the first secret, and never changes.
        foreach (var file in KeyPatterns.SelectMany(pattern => Directory.GetFiles(dataDirectory, pattern)))
            Copy(file, Path.Combine(folder, Path.GetFileName(file)));

        var work = Directory.EnumerateFiles(Path.Combine(folder, WorkFolder), "*", SearchOption.AllDirectories).Sum(Size);
        return [.. Directory.GetFiles(folder).Select(file => (Path.GetFileName(file), Size(file))).Order(), (WorkFolder, work)];
    }

    void CopyWork(string folder)
    {
        var (from, to) = (Path.Combine(dataDirectory, WorkFolder), Path.Combine(folder, WorkFolder));
        CreateForOwner(to);
        if (!Directory.Exists(from))
            return;
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            if (file.EndsWith(DurableFile.TemporarySuffix, StringComparison.Ordinal))
                continue;
            try
            {
                Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // Its run has ended meanwhile.
            }
        }
    }

    static void Copy(string file, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Copy(file, to, overwrite: true);
    }

    static long Size(string file) => new FileInfo(file).Length;

    static string CreateFileForOwner(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        return path;
    }

    static void CreateForOwner(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Takes a backup for the command line, and prints what was copied or why it could not be.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string dataDirectory, string target)
    {
        try
        {
            foreach (var (name, bytes) in new DataBackup(dataDirectory, target).Take())
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {bytes:N0} bytes"));
            Console.WriteLine($"The backup of {dataDirectory} is in {target}. To use it, start a hub on a copy of it with --data.");
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DatabaseException)
        {
            Console.Error.WriteLine($"The backup failed: {e.Message}");
            return 1;
        }
    }
}
