using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Sqlite;

/// <summary>Opens a file; one that turns out to be damaged is rescued first, and that is told in one line.</summary>
sealed partial class DatabaseOpening(string path, DatabaseSchema schema, ILogger log)
{
    /// <summary>Opens the file.</summary>
    /// <param name="open">Opens and checks it.</param>
    /// <exception cref="DatabaseException">It cannot be used.</exception>
    public T Open<T>(Func<T> open)
    {
        try
        {
            DatabaseRescue.Resume(path);
            T opened;
            try
            {
                opened = Try(open);
            }
            catch (DatabaseException e) when (e.Fault == DatabaseFault.Damaged)
            {
                LogRescued(log, Rescue(e));
                opened = Try(open);
            }
            new DamageMark(path).Clear();
            return opened;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DatabaseException.NotWritable(path, e);
        }
    }

    T Try<T>(Func<T> open)
    {
        try
        {
            return open();
        }
        catch (SqliteException e)
        {
            throw DatabaseException.OfOpen(path, e);
        }
    }

    string Rescue(DatabaseException damage)
    {
        try
        {
            return new DatabaseRescue(path, schema, TimeProvider.System.GetUtcNow()).Run();
        }
        catch (SqliteException e) when (DatabaseException.OfOpen(path, e) is { IsDamage: true })
        {
            throw DatabaseException.Unreadable(path, e.Message, damage);
        }
        catch (SqliteException e)
        {
            throw DatabaseException.OfOpen(path, e);
        }
        // Whatever the damage has led to: the file is as it was, and the start is refused with its name.
        catch (Exception e) when (e is not (DatabaseException or IOException or UnauthorizedAccessException))
        {
            throw DatabaseException.Unreadable(path, e.Message, e);
        }
    }

    [LoggerMessage(103, LogLevel.Error, "{Rescued}")]
    static partial void LogRescued(ILogger log, string rescued);
}
