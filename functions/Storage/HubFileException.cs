using Microsoft.Data.Sqlite;

namespace DataTransferHub.Storage;

/// <summary>A file of the data folder cannot be used; the message names it, says what is wrong with it and what to do.</summary>
sealed class HubFileException(string message, Exception? inner = null) : Exception(message, inner)
{
    const string Elsewhere = "choose another data folder with --data";

    /// <summary>What SQLite said when it opened the file.</summary>
    public static HubFileException Of(string path, SqliteException e) => e.SqliteErrorCode switch
    {
        _ when e.SqliteExtendedErrorCode == SqliteResult.NoRoomForSharedMemory => FullDisk(path, e),
        SqliteResult.ReadOnly or SqliteResult.CannotOpen => NotWritable(path, e),
        SqliteResult.Corrupt => Damaged(path, e.Message, e),
        SqliteResult.NotADatabase => new(
            $"'{path}' is damaged or is not a database of the hub. Restore the data folder from a backup, or {Elsewhere}.", e),
        SqliteResult.Full => FullDisk(path, e),
        SqliteResult.InputOutput => new($"'{path}' cannot be read or written: {e.Message} Check its disk, or {Elsewhere}.", e),
        _ => new($"'{path}' cannot be opened: {e.Message} Correct that, or {Elsewhere}.", e),
    };

    static HubFileException FullDisk(string path, SqliteException e) =>
        new($"'{path}' cannot be written: its disk is full. Free some space, or {Elsewhere}.", e);

    /// <summary>The file, or one that SQLite keeps beside it, may not be written.</summary>
    public static HubFileException NotWritable(string path, Exception e) => new(
        $"'{path}' cannot be written. Check the permissions of the file and its folder and whether the file system is mounted read-only,"
        + $" or {Elsewhere}.",
        e);

    /// <summary>The file does not hold what was written.</summary>
    public static HubFileException Damaged(string path, string found, Exception? e = null) => new(
        $"'{path}' is damaged ({found.Trim()}). Restore the data folder from a backup, or {Elsewhere}.", e);

    /// <summary>The file is of a later version of the hub.</summary>
    public static HubFileException Newer(string path, int found, int known) => new(
        $"'{path}' was written by a newer version of the hub (its schema is {found}, this version knows {known}). Start that version,"
        + $" or {Elsewhere}.");
}
