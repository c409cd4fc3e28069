using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace DataTransferHub.Sqlite;

/// <summary>
/// Moves what the write-ahead log holds into the file: while nothing is written, and under a steady load only once the log
/// has grown to its bound. SQLite itself would do it within commits, whose callers would wait for it. Writer thread only.
/// </summary>
sealed partial class WalCheckpoints(SqliteConnection connection, ILogger log) : IDisposable
{
    /// <summary>Size of the log beyond which a checkpoint does not wait for a pause, in bytes.</summary>
    public const long MaxLogBytes = 64L << 20;

    // SQLITE_DBSTATUS_CACHE_WRITE of sqlite3.h: pages the connection has written, with a write-ahead log to that.
    const int CacheWrite = 9;
    const int PageBytes = 4096;
    const int MaxPages = (int)(MaxLogBytes / PageBytes);
    const int WorthAPause = 1_000;

    readonly Statement _checkpoint = new(connection, "PRAGMA wal_checkpoint(PASSIVE)", 0);

    int _pages;

    // Pages at the last checkpoint that could not move them all, as a reader still needs the log; zero after a whole one.
    int _tried;

    /// <summary>How long nothing may arrive before a checkpoint begins.</summary>
    public static TimeSpan Pause => TimeSpan.FromMilliseconds(100);

    /// <summary>Whether a checkpoint is worth while if there is nothing else to do.</summary>
    public bool AwaitsPause => _pages - _tried >= WorthAPause;

    /// <summary>Whether a checkpoint must be made now.</summary>
    public bool IsDue => _pages >= MaxPages && _pages - _tried >= MaxPages / 4;

    /// <summary>Counts what the last transaction has added to the log.</summary>
    public void Count()
    {
        if (raw.sqlite3_db_status(connection.Handle, CacheWrite, out var pages, out _, resetFlg: 1) == raw.SQLITE_OK)
            _pages += pages;
    }

    /// <summary>Moves what no reader still needs in the log. A failure loses nothing: the log keeps what it has.</summary>
    public void Run()
    {
        _tried = _pages;
        try
        {
            using var result = _checkpoint.Read();
            // Whether it was kept out, pages in the log, pages of these that are in the file.
            if (result.Read() && result.GetInt32(0) == 0 && result.GetInt32(1) == result.GetInt32(2))
                _pages = _tried = 0;
        }
        catch (SqliteException e)
        {
            LogFailed(log, e.Message);
        }
    }

    public void Dispose() => _checkpoint.Dispose();

    [LoggerMessage(102, LogLevel.Warning, "The write-ahead log could not be moved into the file; it grows until it can: {Reason}")]
    static partial void LogFailed(ILogger log, string reason);
}
