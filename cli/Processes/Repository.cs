using System.Reflection;

namespace DataTransferHub.Cli.Processes;

/// <summary>The repository and its build configuration.</summary>
public static class Repository
{
    /// <summary>The folder of <c>DataTransferHub.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// The configuration of this assembly's build, <c>Debug</c> or <c>Release</c>, which is also used for the programs it starts.
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
            $"No folder above {AppContext.BaseDirectory} contains DataTransferHub.sln; run from the built repository.");
    }
}
