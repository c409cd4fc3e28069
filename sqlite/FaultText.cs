namespace DataTransferHub.Sqlite;

/// <summary>What to say of a fault of the disk or of a file of the data folder: one wording for databases and for plain files.</summary>
public static class FaultText
{
    /// <summary>The remedy where nothing in the data folder itself helps.</summary>
    public const string Elsewhere = "choose another data folder with --data";

    /// <summary>There is no space left.</summary>
    public static string Full(string path) =>
        $"The disk of '{path}' is full: nothing was changed. Free some space on it, then try again.";

    /// <summary>The disk gave an input/output error.</summary>
    public static string InputOutput(string path, string detail) =>
        $"The disk of '{path}' gave an input/output error: nothing was changed. Check the disk, then try again. ({detail})";

    /// <summary>The file, or one beside it, cannot be created or written.</summary>
    public static string NotWritable(string path) =>
        $"'{path}' cannot be written: nothing was changed. Check the permissions of the file and its folder and whether the file system is "
        + $"mounted read-only, or {Elsewhere}.";

    /// <summary>The file does not hold what was written.</summary>
    public static string Damaged(string path, string found) =>
        $"'{path}' is damaged ({OneLine(found)}). Restart the hub, which keeps the damaged file and rescues what can be read, or restore "
        + "the data folder from a backup.";

    /// <summary>The file does not hold what was written, and nothing of it can be rescued.</summary>
    public static string Unreadable(string path, string found) =>
        $"'{path}' is damaged where its tables are described ({OneLine(found)}), so nothing of it can be rescued. Restore the data folder "
        + $"from a backup, or {Elsewhere}.";

    /// <summary>Something was lost when a damaged file was rescued.</summary>
    public static string Lost(string path, string what) =>
        $"'{path}' was damaged, and {what} is lost. Start the work again, or restore the data folder from a backup.";

    static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim().TrimEnd('.');
}
