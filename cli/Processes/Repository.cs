using System.Reflection;

namespace DataTransferHub.Cli.Processes;

/// <summary>Where the sources and what was built from them lie.</summary>
public static class Repository
{
    /// <summary>The folder of <c>DataTransferHub.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// The configuration this assembly was built in, <c>Debug</c> or <c>Release</c>: what it starts was built in the same.
    /// </summary>
    public static string Configuration { get; } =
        typeof(Repository).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";

    static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DataTransferHub.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException(
            $"No folder above {AppContext.BaseDirectory} holds DataTransferHub.sln; run from the built repository.");
    }
}
