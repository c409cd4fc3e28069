using DataTransferHub.Storage;

namespace DataTransferHub;

/// <summary>The hub's command line and environment: where it stores its data and where it listens.</summary>
/// <param name="DataDirectory">The folder of everything it stores.</param>
/// <param name="Url">Where it listens.</param>
/// <param name="Rest">Settings of the configuration, such as <c>--Objects:MaximumAttempts=8</c>.</param>
/// <param name="BackupTo">The folder for a backup, which is taken instead of running the hub; null otherwise.</param>
sealed record HubCommandLine(string DataDirectory, string Url, IReadOnlyList<string> Rest, string? BackupTo = null)
{
    public const string Help =
        """
        Usage: DataTransferHub.Functions [--data DIR] [--url URL] [--Section:Name=value ...]
               DataTransferHub.Functions backup TARGET [--data DIR]

        Runs the hub until Ctrl-C, or copies the data folder to the new folder TARGET, also while the hub runs.

          --data DIR   folder for all data; default ./.hub (environment: DTH_DATA)
          --url URL    address to listen on; default http://127.0.0.1:7071 (environment: DTH_URL).
                       Loopback addresses only, as there is no sign-in yet; port 0 selects a free port
          --help       show this help

        Any setting can be given as --Section:Name=value or in the environment as Section__Name.
        The key of the secret vault can be set in the environment as DTH_VAULT_KEY (32 bytes, base64).
        """;

    /// <summary>Reads both; null when help was asked for.</summary>
    /// <exception cref="FormatException">Something in them is wrong; the message says what.</exception>
    public static HubCommandLine? Parse(IReadOnlyList<string> args, Func<string, string?> environment)
    {
        var data = NotBlank(environment("DTH_DATA")) ?? NotBlank(environment("Hub__DataDirectory"));
        var url = NotBlank(environment("DTH_URL")) ?? NotBlank(environment("Hub__Url"));
        var rest = new List<string>();
        var isBackup = args is ["backup", ..];
        string? target = null;
        for (var i = isBackup ? 1 : 0; i < args.Count; i++)
        {
            var (name, value) = args[i].IndexOf('=', StringComparison.Ordinal) is > 0 and var at
                ? (args[i][..at], args[i][(at + 1)..])
                : (args[i], null);
            switch (name)
            {
                case "--help" or "-h" or "-?":
                    return null;
                case "--data" or $"--{HubOptions.Section}:{nameof(HubOptions.DataDirectory)}":
                    data = value ?? Next(name);
                    break;
                case "--url" or $"--{HubOptions.Section}:Url":
                    url = value ?? Next(name);
                    break;
                case ['-', '-', ..] when name.Contains(':', StringComparison.Ordinal):
                    rest.Add($"{name}={value ?? Next(name)}");
                    break;
                case not ['-', ..] when isBackup && target is null && name.Length > 0:
                    target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(args[i]));
                    break;
                default:
                    throw new FormatException($"'{args[i]}' is not an option of the hub. --help lists all options.");
            }

            string Next(string option) => i + 1 < args.Count && args[i + 1].Length > 0
                ? args[++i]
                : throw new FormatException($"{option} needs a value. See --help.");
        }

        if (isBackup && target is null)
            throw new FormatException("backup needs the folder to copy the data to. See --help.");
        return new HubCommandLine(CheckData(data ?? ".hub"), CheckUrl(url ?? "http://127.0.0.1:7071"), rest, target);
    }

    static string CheckData(string data) => string.IsNullOrWhiteSpace(data)
        ? throw new FormatException("--data is blank. Give a folder.")
        : File.Exists(data)
            ? throw new FormatException($"--data '{data}' is a file. Give a folder.")
            : Path.GetFullPath(data);

    static string CheckUrl(string url) =>
        !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not "http" || uri.AbsolutePath is not "/"
            || uri.Query.Length > 0
            ? throw new FormatException($"--url '{url}' is not an address to listen on. Give an address such as http://127.0.0.1:7071.")
            : uri.IsLoopback
                ? url.TrimEnd('/')
                : throw new FormatException(
                    $"--url '{url}' can be reached from other machines, but the hub has no sign-in yet: "
                    + "anyone who can reach it could use its secrets. "
                    + "Listen on a loopback address, such as http://127.0.0.1:7071, and use an SSH tunnel for access from other machines.");

    static string? NotBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
