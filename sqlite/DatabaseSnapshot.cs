using Microsoft.Data.Sqlite;

namespace DataTransferHub.Sqlite;

/// <summary>
/// The state of a file at one moment, while others go on writing to it, also in another process. It can be copied. Until it is disposed
/// of, the write-ahead log of the file grows.
/// </summary>
public sealed class DatabaseSnapshot : IDisposable
{
    readonly SqliteConnection _connection;
    readonly SqliteTransaction _transaction;
    readonly string _path;

    /// <summary>Takes the snapshot.</summary>
    /// <param name="path">An existing file.</param>
    /// <exception cref="DatabaseException">It cannot be read.</exception>
    public DatabaseSnapshot(string path)
    {
        _path = Path.GetFullPath(path);
        _connection = new SqliteConnection(ConnectionString(_path, SqliteOpenMode.ReadWrite));
        try
        {
            _connection.Open();
            _transaction = _connection.BeginTransaction(deferred: true);

            // A deferred transaction sees the state at its first read.
            using var read = _connection.CreateCommand();
            read.CommandText = "SELECT COUNT(*) FROM sqlite_schema";
            read.ExecuteScalar();
        }
        catch (SqliteException e)
        {
            _connection.Dispose();
            throw DatabaseException.OfRead(_path, e);
        }
    }

    /// <summary>Writes the snapshot to a new file, which is on the disk when the call returns.</summary>
    /// <exception cref="DatabaseException">One of the two files, or its disk, is at fault.</exception>
    public void CopyTo(string path)
    {
        try
        {
            using var copy = new SqliteConnection(ConnectionString(path, SqliteOpenMode.ReadWriteCreate));
            copy.Open();

            // SQLite copies in one step within the transaction that is open, so later changes are not in the copy.
            _connection.BackupDatabase(copy);
        }
        catch (SqliteException e)
        {
            throw DatabaseException.OfRead(_path, e);
        }
    }

    /// <summary>Releases the file.</summary>
    public void Dispose()
    {
        _transaction.Dispose();
        _connection.Dispose();
    }

    static string ConnectionString(string path, SqliteOpenMode mode) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString();
}
