using Google.Protobuf;
using Microsoft.Data.Sqlite;

namespace DataTransferHub.Engine.Storage;

/// <summary>The store could not be read, written or opened; the message says what to do.</summary>
sealed class StoreException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What to do where nothing in the data folder itself helps.</summary>
    public const string Elsewhere = "choose another data folder with --data";

    // Result codes of sqlite3.h.
    const int Constraint = 19;
    const int TooBig = 18;
    const int Mismatch = 20;
    const int Misuse = 21;
    const int Range = 25;
    const int Full = 13;
    const int CannotOpen = 14;
    const int IoError = 10;
    const int ReadOnly = 8;
    const int Corrupt = 11;
    const int NotADatabase = 26;
    const int NoMemory = 7;

    /// <summary>Whether the same change may succeed later: the disk or the file is at fault, not the change.</summary>
    public bool MayPass =>
        !IsDamage && InnerException is not SqliteException { SqliteErrorCode: Constraint or TooBig or Mismatch or Misuse or Range };

    /// <summary>Whether the file does not hold what was written. It does not pass by itself.</summary>
    public bool IsDamage => InnerException is CorruptRowException or SqliteException { SqliteErrorCode: Corrupt or NotADatabase };

    /// <summary>Describes a change that could not be made, or a file that could not be opened.</summary>
    public static StoreException Describe(string path, SqliteException e) => e.SqliteErrorCode switch
    {
        Full => new($"The disk of '{path}' is full: nothing was written. Free some space; work goes on by itself then.", e),
        IoError => new($"The disk of '{path}' gave an input/output error: nothing was written. Check the disk. ({e.Message})", e),
        ReadOnly or CannotOpen => NotWritable(path, e),
        Corrupt => Damaged(path, e.Message, e),
        NotADatabase => new(
            $"'{path}' is damaged or is not a database of the hub. Restore the data folder from a backup, or {Elsewhere}.", e),
        _ => new($"'{path}' cannot be used: {e.Message}", e),
    };

    /// <summary>Describes why something could not be read.</summary>
    public static StoreException DescribeRead(string path, Exception e) => e switch
    {
        CorruptRowException => Damaged(path, e.Message, e),
        // A row that claims to be larger than memory, or than SQLite can hold.
        InvalidProtocolBufferException or SqliteException { SqliteErrorCode: NoMemory or TooBig } =>
            Damaged(path, e.Message, new CorruptRowException(e.Message)),
        SqliteException { SqliteErrorCode: IoError } =>
            new($"The disk of '{path}' gave an input/output error. Check the disk. ({e.Message})", e),
        SqliteException sqlite => Describe(path, sqlite),
        _ => new($"'{path}' cannot be read: {e.Message}", e),
    };

    /// <summary>The file, or one that SQLite keeps beside it, may not be written.</summary>
    public static StoreException NotWritable(string path, Exception e) => new(
        $"'{path}' cannot be written. Check the permissions of the file and its folder and whether the file system is mounted read-only,"
        + $" or {Elsewhere}.",
        e);

    /// <summary>The file does not hold what was written.</summary>
    public static StoreException Damaged(string path, string found, Exception e) => new(
        $"'{path}' is damaged ({found.TrimEnd('.')}). Stop the hub and restore the data folder from a backup, or {Elsewhere}.", e);
}

/// <summary>A stored row is not what was written, by its checksum or its kind.</summary>
sealed class CorruptRowException(string message, Exception? cause = null) : Exception(message, cause);
