using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Storage;

/// <summary>A hub's file: one writer, any number of readers, and a lock that keeps every other process out.</summary>
sealed class Store : IDisposable
{
    readonly string _connectionString;
    readonly FileStream _lock;
    readonly StoreWriter _writer;
    readonly ConcurrentBag<StoreReader> _idleReaders = [];

    Store(string connectionString, FileStream exclusive, StoreWriter writer)
    {
        _connectionString = connectionString;
        _lock = exclusive;
        _writer = writer;
    }

    /// <exception cref="StoreException">The file is in use, was written by a newer version, or cannot be opened.</exception>
    public static Store Open(string path, string hubName, ILogger log)
    {
        path = Path.GetFullPath(path);
        var exclusive = Lock(path);
        SqliteConnection? connection = null;
        try
        {
            var connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString();
            connection = Connect(connectionString);
            using (var pragma = connection.CreateCommand())
            {
                pragma.CommandText = "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -32768;"
                    + $" PRAGMA journal_size_limit = {WalCheckpoints.MaxLogBytes}";
                pragma.ExecuteNonQuery();
            }
            StoreSchema.Prepare(connection, path, hubName);
            return new Store(connectionString, exclusive, new StoreWriter(path, connection, log));
        }
        catch (Exception e)
        {
            connection?.Dispose();
            exclusive.Dispose();
            if (e is SqliteException sqlite)
                throw StoreException.Describe(path, sqlite);
            throw;
        }
    }

    public void Write(StoreOperation operation) => _writer.Enqueue(operation);

    public async Task<TResult> WriteAsync<TResult>(StoreOperation<TResult> operation)
    {
        _writer.Enqueue(operation);
        return await operation.Completion.ConfigureAwait(false);
    }

    public T Read<T>(Func<StoreReader, T> read)
    {
        if (!_idleReaders.TryTake(out var reader))
            reader = new StoreReader(Connect(_connectionString));
        try
        {
            return read(reader);
        }
        finally
        {
            _idleReaders.Add(reader);
        }
    }

    public void Dispose() => Close(_writer.Dispose);

    /// <summary>Lets go of the file at once and loses what was not written, as if the process had died: for tests.</summary>
    public void Abandon() => Close(_writer.Abandon);

    void Close(Action closeWriter)
    {
        closeWriter();
        while (_idleReaders.TryTake(out var reader))
            reader.Dispose();
        _lock.Dispose();
    }

    static SqliteConnection Connect(string connectionString)
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var pragma = connection.CreateCommand();
        // FULL is what makes a confirmed change survive a power cut.
        pragma.CommandText = "PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000";
        pragma.ExecuteNonQuery();
        return connection;
    }

    // The operating system releases the lock when the process ends, however it ends.
    static FileStream Lock(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(
                $"'{path}' cannot be opened for this process alone: another hub is running on it, or it may not be written here." +
                $" Stop the other hub, or choose another data folder. ({e.Message})",
                e);
        }
    }
}
