using Microsoft.Data.Sqlite;

namespace DataTransferHub.Engine.Storage;

/// <summary>The store could not be read, written or opened; the message says what to do.</summary>
sealed class StoreException(string message, Exception? cause = null) : Exception(message, cause)
{
    // Result codes of sqlite3.h.
    const int Constraint = 19;
    const int TooBig = 18;
    const int Mismatch = 20;
    const int Misuse = 21;
    const int Range = 25;
    const int Full = 13;
    const int IoError = 10;
    const int ReadOnly = 8;
    const int Corrupt = 11;
    const int NotADatabase = 26;

    /// <summary>Whether the same change may succeed later: the disk or the file is at fault, not the change.</summary>
    public bool MayPass => InnerException is not SqliteException { SqliteErrorCode: Constraint or TooBig or Mismatch or Misuse or Range };

    public static StoreException Describe(string path, SqliteException e) => e.SqliteErrorCode switch
    {
        Full => new($"The disk of '{path}' is full: nothing was written. Free some space; work goes on by itself then.", e),
        IoError => new($"The disk of '{path}' gave an input/output error: nothing was written. Check the disk. ({e.Message})", e),
        ReadOnly => new($"'{path}' cannot be written. Check its permissions and whether its file system is mounted read-only.", e),
        Corrupt or NotADatabase => new($"'{path}' is damaged or no database of this hub. Restore it from a backup. ({e.Message})", e),
        _ => new($"Writing to '{path}' failed: {e.Message}", e),
    };
}

/// <summary>A stored row is not what was written: its checksum differs.</summary>
sealed class CorruptRowException(string message) : Exception(message);
