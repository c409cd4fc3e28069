using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace DataTransferHub.Architecture.Tests;

/// <summary>The source files of the repository.</summary>
static partial class Sources
{
    static readonly string Root = FindRoot();

    /// <summary>The C# files below a folder, by their path from the root, without what a build made.</summary>
    internal static IEnumerable<(string Path, string Text)> Below(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(path => (path, File.ReadAllText(Path.Combine(Root, path))));

    /// <summary>What people write in the repository: C#, documents, scripts, project files.</summary>
    internal static IEnumerable<(string Path, string Text)> Texts() =>
        Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => WrittenText.IsMatch(path) && !Made.IsMatch(path))
            .Order(StringComparer.Ordinal)
            .Select(path => (path, Read(path)));

    /// <summary>The text of one file.</summary>
    internal static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The text without comments, so that words in them do not count.</summary>
    internal static string Code(string text) => Comment.Replace(text, "");

    static string FindRoot([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));

    [GeneratedRegex(@"\.(cs|md|sh|csproj|props|targets)$|^\.editorconfig$")]
    static partial Regex WrittenText { get; }

    // What builds, package managers and test runs make.
    [GeneratedRegex(@"(^|/)(bin|obj|node_modules|TestResults|\.tools|\.hub|\.git)/")]
    static partial Regex Made { get; }

    [GeneratedRegex(@"^\s*//.*$|\s//\s.*$", RegexOptions.Multiline)]
    static partial Regex Comment { get; }
}
