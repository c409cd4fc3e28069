using DataTransferHub.Configuration;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Objects.Stores.Local;

/// <summary>Which folders of this machine tasks may read and write; configuration section <c>LocalFolders</c>.</summary>
sealed class LocalFolderOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "LocalFolders";

    /// <summary>
    /// Absolute paths, separated as in <c>PATH</c>; folders below them are included. Blank, the default, allows none: anyone who can create
    /// tasks could otherwise read and write every file that the hub can.
    /// </summary>
    public string Roots { get; set; } = "";

    /// <summary>The paths.</summary>
    public IReadOnlyList<string> Folders =>
        Roots.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>Checks <see cref="LocalFolderOptions"/>.</summary>
sealed class LocalFolderOptionsCheck : IValidateOptions<LocalFolderOptions>
{
    /// <summary>Checks every path.</summary>
    public ValidateOptionsResult Validate(string? name, LocalFolderOptions options)
    {
        var bounds = new OptionBounds(LocalFolderOptions.Section);
        foreach (var folder in options.Folders.Where(folder => !Path.IsPathFullyQualified(folder)))
            bounds.Add(nameof(options.Roots), folder, "must be an absolute path");
        return bounds.Result;
    }
}
