using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Sqlite;

/// <summary>
/// A SQLite file with a write-ahead log: any number of readers beside one writer, which commits changes in groups
/// (<see cref="IChange{TWriter}"/>). What it confirms survives a loss of power.
/// </summary>
/// <typeparam name="TReader">What is read with, made of a connection; it disposes of the connection.</typeparam>
/// <typeparam name="TWriter">What changes are made with, made of the writer's connection.</typeparam>
public class DatabaseFile<TReader, TWriter> : IDisposable
    where TReader : class, IDisposable
    where TWriter : class, IDisposable
{
    readonly string _path;
    readonly string _connectionString;
    readonly Func<SqliteConnection, TReader> _reader;
    readonly GroupCommitWriter<TWriter> _writer;
    readonly ConcurrentBag<TReader> _idleReaders = [];
    readonly DamageMark _damage;

    volatile bool _closed;

    /// <summary>Opens the file, creates it when it is missing, and brings its schema up to date.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="schema">Its tables.</param>
    /// <param name="reader">Makes what is read with.</param>
    /// <param name="writer">Makes what changes are made with.</param>
    /// <param name="log">Where to say what nobody waits for.</param>
    /// <exception cref="DatabaseException">It is damaged, cannot be written, is of a newer version, or is not a database.</exception>
    public DatabaseFile(
        string path,
        DatabaseSchema schema,
        Func<SqliteConnection, TReader> reader,
        Func<SqliteConnection, TWriter> writer,
        ILogger log)
    {
        _path = Path.GetFullPath(path);
        _connectionString = new SqliteConnectionStringBuilder { DataSource = _path, Pooling = false }.ToString();
        _reader = reader;
        _damage = new DamageMark(_path);
        var opening = new DatabaseOpening(_path, schema, log);
        _writer = opening.Open(() => Begin(schema, writer, log));
    }

    GroupCommitWriter<TWriter> Begin(DatabaseSchema schema, Func<SqliteConnection, TWriter> writer, ILogger log)
    {
        var connection = Connect();
        try
        {
            using (var pragma = connection.CreateCommand())
            {
                // Checkpoints are made between commits (WalCheckpoints), not within them.
                pragma.CommandText = "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;"
                    + $" PRAGMA journal_size_limit = {WalCheckpoints.MaxLogBytes}";
                pragma.ExecuteNonQuery();
            }
            schema.Prepare(connection, _path, _damage.IsSet);
            return new GroupCommitWriter<TWriter>(_path, connection, writer(connection), _damage, log);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Reads on a connection that nobody else uses meanwhile; sees everything that was confirmed before.</summary>
    /// <param name="read">Reads. Its result must not read on after it returns.</param>
    /// <exception cref="DatabaseException">The file could not be read.</exception>
    public T Read<T>(Func<TReader, T> read)
    {
        TReader? reader = null;
        try
        {
            if (!_idleReaders.TryTake(out reader))
                reader = _reader(Connect());
            return read(reader);
        }
        catch (SqliteException e)
        {
            throw _damage.Note(DatabaseException.OfRead(_path, e));
        }
        finally
        {
            if (_closed)
                reader?.Dispose();
            else if (reader is not null)
                _idleReaders.Add(reader);
        }
    }

    /// <summary>Queues a change.</summary>
    public void Write(IChange<TWriter> change) => _writer.Enqueue(change);

    /// <summary>Makes a change; it is durable when the task completes.</summary>
    /// <param name="change">May read what it is about to change. May be called more than once, and must then do the same.</param>
    /// <param name="cancellationToken">Keeps the change from being queued; once it is queued it is made.</param>
    /// <exception cref="DatabaseException">The file or its disk is at fault; nothing of the change was made.</exception>
    public Task<T> WriteAsync<T>(Func<TWriter, T> change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var write = new AwaitedChange<T>(change);
        _writer.Enqueue(write);
        return write.Completion;
    }

    /// <summary>Writes what is queued and closes the file. What comes later fails.</summary>
    public void Dispose()
    {
        Close(_writer.Dispose);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the file at once and loses what was not written, as if the process had died: for tests.</summary>
    public void Abandon() => Close(_writer.Abandon);

    void Close(Action closeWriter)
    {
        closeWriter();
        _closed = true;
        while (_idleReaders.TryTake(out var reader))
            reader.Dispose();
    }

    SqliteConnection Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            using var pragma = connection.CreateCommand();
            // FULL is what makes a confirmed change survive a loss of power.
            pragma.CommandText = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000";
            pragma.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    sealed class AwaitedChange<T>(Func<TWriter, T> change) : IChange<TWriter>
    {
        readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        T _result = default!;

        public Task<T> Completion => _completion.Task;

        public void Apply(TWriter writer) => _result = change(writer);

        public void Committed() => _completion.SetResult(_result);

        public void Failed(Exception reason) => _completion.SetException(reason);
    }
}

/// <summary>A SQLite file that is read and written with plain connections.</summary>
/// <param name="path">Where it is; created when it is missing.</param>
/// <param name="schema">Its tables.</param>
/// <param name="log">Where to say what nobody waits for.</param>
/// <exception cref="DatabaseException">It is damaged, cannot be written, is of a newer version, or is not a database.</exception>
public sealed class DatabaseFile(string path, DatabaseSchema schema, ILogger log)
    : DatabaseFile<SqliteConnection, SqliteConnection>(path, schema, connection => connection, connection => connection, log);
