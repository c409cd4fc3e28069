using System.Reflection;

namespace DataTransferHub.Engine.Hosting.Settings;

/// <summary>
/// Options of the embedded host. They are read from the configuration section <c>Hub</c> first; the application's code can override them.
/// </summary>
public sealed class EmbeddedHostOptions
{
    /// <summary>The data folder; created if it is missing, accessible by the owner only.</summary>
    public string DataDirectory { get; set; } = ".hub";

    /// <summary>Where the host listens: <c>http://</c>, an IP address or <c>localhost</c>, and a port; port 0 selects a free one.</summary>
    public string Url { get; set; } = "http://127.0.0.1:7071";

    /// <summary>Whether the host may listen where other machines can reach it.</summary>
    public bool AllowRemote { get; set; }

    /// <summary>
    /// Whether functions of the level <c>Function</c> require a key, as on the Functions host. Set it to false if the application itself
    /// decides who may call them. Functions of the levels <c>System</c> and <c>Admin</c> always require a key.
    /// </summary>
    public bool DemandsFunctionKeys { get; set; } = true;

    /// <summary>Folder of files served at <c>/</c>, or null for none.</summary>
    public string? StaticFiles { get; set; }

    /// <summary>Assemblies whose functions run; empty means the program's own.</summary>
    public IList<Assembly> FunctionAssemblies { get; } = [];

    // If set, only functions of these classes run; for tests.
    internal IReadOnlyCollection<Type>? FunctionTypes { get; set; }

    /// <summary>How long running activities may take to finish when the host stops.</summary>
    public TimeSpan ShutdownGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Called after the data folder was locked and before anything else starts, so that the application can open or check its files. An
    /// exception fails the start, with its message as the reason.
    /// </summary>
    public Func<IServiceProvider, Task>? Starting { get; set; }

    /// <summary>
    /// Whether a failed start ends the process with code 1, or 2 for an invalid option, and signals stop the host. False if the host does
    /// not own the process, as in tests: then a failed start throws, and signals are not handled.
    /// </summary>
    public bool OwnsProcess { get; set; } = true;
}
