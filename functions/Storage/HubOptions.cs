namespace DataTransferHub.Storage;

/// <summary>Where the hub keeps its data, from the configuration section <c>Hub</c>.</summary>
sealed class HubOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Hub";

    /// <summary>
    /// The folder of everything the hub stores. The command line gives it where the hub runs by itself. On the Functions host it has no
    /// default: the application's own folder may be read-only, and another instance would not see what is in it.
    /// </summary>
    public string DataDirectory { get; set; } = "";

    /// <summary>The key of the secret vault, 32 bytes as base64, or null for the one kept in <c>vault.key</c>.</summary>
    public string? VaultKey { get; set; }

    /// <summary>How long a stopped run's last requests may still be on their way to a store before what it left there is removed.</summary>
    public TimeSpan StopSettle { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the work of runs waits where the disk of the data folder is full or gives errors, before it fails.</summary>
    public TimeSpan StoragePatience { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The path of a file or folder in the data folder; makes the data folder, for its owner alone, when it is missing.</summary>
    public string PathOf(string name)
    {
        var directory = Path.GetFullPath(DataDirectory);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return Path.Combine(directory, name);
    }
}
