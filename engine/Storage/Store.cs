using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Storage;

/// <summary>A hub's file: one writer, any number of readers, and a lock that keeps every other process out.</summary>
sealed class Store : IDisposable
{
    readonly string _path;
    readonly string _connectionString;
    readonly FileStream _lock;
    readonly StoreWriter _writer;
    readonly ConcurrentBag<StoreReader> _idleReaders = [];

    Store(string path, string connectionString, FileStream exclusive, StoreWriter writer)
    {
        _path = path;
        _connectionString = connectionString;
        _lock = exclusive;
        _writer = writer;
    }

    /// <summary>Opens the file, and makes its tables where it is new.</summary>
    /// <exception cref="StoreException">It is in use, damaged, read-only, of a newer version, or no database.</exception>
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
            return new Store(path, connectionString, exclusive, new StoreWriter(path, connection, log));
        }
        catch (Exception e)
        {
            connection?.Dispose();
            exclusive.Dispose();
            if (e is SqliteException or CorruptRowException)
                throw StoreException.DescribeRead(path, e);
            throw;
        }
    }

    public void Write(StoreOperation operation) => _writer.Enqueue(operation);

    public async Task<TResult> WriteAsync<TResult>(StoreOperation<TResult> operation)
    {
        _writer.Enqueue(operation);
        return await operation.Completion.ConfigureAwait(false);
    }

    /// <summary>Reads on a connection that nobody else uses meanwhile; what is read is whole when the call returns.</summary>
    /// <exception cref="StoreException">The file could not be read, or what was read is damaged.</exception>
    public T Read<T>(Func<StoreReader, T> read)
    {
        StoreReader? reader = null;
        try
        {
            if (!_idleReaders.TryTake(out reader))
                reader = new StoreReader(Connect(_connectionString));
            return read(reader);
        }
        catch (Exception e) when (e is SqliteException or CorruptRowException or InvalidProtocolBufferException)
        {
            throw StoreException.DescribeRead(_path, e);
        }
        finally
        {
            if (reader is not null)
                _idleReaders.Add(reader);
        }
    }

    /// <summary>What to say of damage that was found in the file.</summary>
    public string DescribeDamage(string found) => StoreException.Damaged(_path, found, new CorruptRowException(found)).Message;

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

    static FileStream Lock(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return FileLock.Take(path + ".lock");
        }
        catch (IOException e) when (FileLock.IsHeldElsewhere(e))
        {
            throw new StoreException($"'{path}' is in use by another hub. Stop that hub, or {StoreException.Elsewhere}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreException.NotWritable(path, e);
        }
    }
}
