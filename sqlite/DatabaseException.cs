using Microsoft.Data.Sqlite;

namespace DataTransferHub.Sqlite;

/// <summary>What is wrong with a database file or its disk.</summary>
public enum DatabaseFault
{
    /// <summary>SQLite refused for a reason that may pass, such as a lock or a lack of memory.</summary>
    Unavailable,

    /// <summary>The disk is full.</summary>
    Full,

    /// <summary>The disk gave an input/output error.</summary>
    InputOutput,

    /// <summary>The file, or one that SQLite keeps beside it, cannot be created or written.</summary>
    NotWritable,

    /// <summary>The file does not hold what was written. The next start rescues what can be read.</summary>
    Damaged,

    /// <summary>The file is damaged where it is described, or is not a database: nothing of it can be read.</summary>
    Unreadable,

    /// <summary>The file cannot be used by this program: it is open elsewhere, of a newer version, or belongs to something else.</summary>
    Refused,

    /// <summary>The file has been closed.</summary>
    Closed,
}

/// <summary>A database file could not be opened, read or written. The message names the file and the remedy.</summary>
public sealed class DatabaseException : Exception
{
    // Result codes of sqlite3.h.
    const int NoMemory = 7;
    const int ReadOnly = 8;
    const int IoError = 10;
    const int Corrupt = 11;
    const int Full = 13;
    const int CannotOpen = 14;
    const int TooBig = 18;
    const int Constraint = 19;
    const int Mismatch = 20;
    const int Misuse = 21;
    const int Range = 25;
    const int NotADatabase = 26;

    // SQLITE_IOERR_SHMSIZE, an extended code: no space on the disk for the file that connections share.
    const int NoSpaceForSharedMemory = 4874;

    /// <summary>Creates the exception.</summary>
    /// <param name="fault">What is wrong.</param>
    /// <param name="message">The file, what is wrong with it, and the remedy.</param>
    /// <param name="cause">The exception behind it.</param>
    public DatabaseException(DatabaseFault fault, string message, Exception? cause = null)
        : base(message, cause) => Fault = fault;

    /// <summary>What is wrong.</summary>
    public DatabaseFault Fault { get; }

    /// <summary>Whether the file does not hold what was written. It does not pass by itself.</summary>
    public bool IsDamage => Fault is DatabaseFault.Damaged or DatabaseFault.Unreadable;

    /// <summary>Whether the same change may succeed later.</summary>
    public bool IsTransient =>
        Fault is DatabaseFault.Unavailable or DatabaseFault.Full or DatabaseFault.InputOutput or DatabaseFault.NotWritable;

    /// <summary>
    /// The fault behind a failed change, or null when the change itself is at fault: a constraint, a value that is too large.
    /// </summary>
    public static DatabaseException? OfChange(string path, Exception failure) => failure switch
    {
        DatabaseException known => known,
        SqliteException { SqliteErrorCode: Constraint or TooBig or Mismatch or Misuse or Range } => null,
        SqliteException e => Of(path, e),
        _ => null,
    };

    /// <summary>The fault behind a failed read.</summary>
    public static DatabaseException OfRead(string path, SqliteException e) => e.SqliteErrorCode switch
    {
        // A row that claims to be larger than memory, or than SQLite can hold.
        NoMemory or TooBig => Damaged(path, e.Message, e),
        _ => Of(path, e),
    };

    /// <summary>The fault behind a file that could not be opened.</summary>
    public static DatabaseException OfOpen(string path, SqliteException e) => Of(path, e);

    /// <summary>The file does not hold what was written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="found">What was found.</param>
    /// <param name="cause">The exception behind it.</param>
    public static DatabaseException Damaged(string path, string found, Exception? cause = null) =>
        new(DatabaseFault.Damaged, FaultText.Damaged(path, found), cause);

    /// <summary>The file does not hold what was written, and nothing of it can be rescued.</summary>
    internal static DatabaseException Unreadable(string path, string found, Exception? cause = null) =>
        new(DatabaseFault.Unreadable, FaultText.Unreadable(path, found), cause);

    /// <summary>The file cannot be created or written.</summary>
    public static DatabaseException NotWritable(string path, Exception cause) =>
        new(DatabaseFault.NotWritable, FaultText.NotWritable(path), cause);

    static DatabaseException Of(string path, SqliteException e) => e switch
    {
        { SqliteErrorCode: Full } or { SqliteExtendedErrorCode: NoSpaceForSharedMemory } =>
            new(DatabaseFault.Full, FaultText.Full(path), e),
        { SqliteErrorCode: IoError } => new(DatabaseFault.InputOutput, FaultText.InputOutput(path, e.Message), e),
        { SqliteErrorCode: ReadOnly or CannotOpen } => NotWritable(path, e),
        { SqliteErrorCode: Corrupt } => Damaged(path, e.Message, e),
        { SqliteErrorCode: NotADatabase } => new(
            DatabaseFault.Unreadable,
            $"'{path}' is damaged or is not a database of the hub. Restore the data folder from a backup, or {FaultText.Elsewhere}.",
            e),
        _ => new(DatabaseFault.Unavailable, $"'{path}' cannot be used: {e.Message}", e),
    };
}
