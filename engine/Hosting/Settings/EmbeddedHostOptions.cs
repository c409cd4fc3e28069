using System.Reflection;

namespace DataTransferHub.Engine.Hosting.Settings;

/// <summary>
/// How the embedded host runs. The configuration section <c>Hub</c> sets any of it, before the application's own code does.
/// </summary>
public sealed class EmbeddedHostOptions
{
    /// <summary>Folder of everything that must survive; made when it is missing, for the owner only.</summary>
    public string DataDirectory { get; set; } = ".hub";

    /// <summary>Where the host listens: <c>http://</c>, an IP address or <c>localhost</c>, and a port; 0 takes a free one.</summary>
    public string Url { get; set; } = "http://127.0.0.1:7071";

    /// <summary>Whether the host may listen where other machines can reach it.</summary>
    public bool AllowRemote { get; set; }

    /// <summary>
    /// Whether functions of the level <c>Function</c> demand a key, as on the Functions host. False where the application itself decides
    /// who may call them. Functions of the levels <c>System</c> and <c>Admin</c> always demand theirs.
    /// </summary>
    public bool DemandsFunctionKeys { get; set; } = true;

    /// <summary>Folder of files served at <c>/</c>, or null for none.</summary>
    public string? StaticFiles { get; set; }

    /// <summary>Assemblies whose functions run; empty means the program's own.</summary>
    public IList<Assembly> FunctionAssemblies { get; } = [];

    // The only classes whose functions run, for tests that keep theirs apart.
    internal IReadOnlyCollection<Type>? FunctionTypes { get; set; }

    /// <summary>How long running activities may take to finish when the host stops.</summary>
    public TimeSpan ShutdownGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Runs once the data folder is held and before anything else starts, for what the application must open or check. What it throws
    /// fails the start, with its message as the reason.
    /// </summary>
    public Func<IServiceProvider, Task>? Starting { get; set; }

    /// <summary>
    /// Whether a failed start ends the process with code 1, or 2 for a wrong option, and signals stop it. False where the host is a guest,
    /// as in tests: then a failed start throws, and the process's signals are left alone.
    /// </summary>
    public bool OwnsProcess { get; set; } = true;
}
