namespace DataTransferHub.Storage;

/// <summary>Where the hub keeps its data, from the configuration section <c>Hub</c>.</summary>
sealed class HubOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Hub";

    /// <summary>The folder of everything the hub stores.</summary>
    public string DataDirectory { get; set; } = ".hub";

    /// <summary>The key of the secret vault, 32 bytes as base64, or null for the one kept in <c>vault.key</c>.</summary>
    public string? VaultKey { get; set; }

    /// <summary>The path of a file or folder in the data folder; creates the data folder.</summary>
    public string PathOf(string name)
    {
        var directory = Directory.CreateDirectory(Path.GetFullPath(DataDirectory));
        return Path.Combine(directory.FullName, name);
    }
}
