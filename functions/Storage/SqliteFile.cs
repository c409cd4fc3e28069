using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace DataTransferHub.Storage;

/// <summary>
/// One SQLite file: any number of readers beside one writer. Writes that are waiting when the writer is free share one
/// transaction, so many small writes at once cost one disk flush; a write that fails undoes itself alone.
/// </summary>
sealed class SqliteFile : IAsyncDisposable
{
    const int MostWritesPerCommit = 256;
    const long MostBytesLookedThrough = 64L << 20;
    readonly string _connectionString;
    readonly Channel<IWrite> _writes = Channel.CreateUnbounded<IWrite>(new UnboundedChannelOptions { SingleReader = true });
    readonly Task _writer;

    /// <summary>Opens the file and brings its schema up to date.</summary>
    /// <param name="path">Where it is; created when it is not there.</param>
    /// <param name="migrations">Script n takes the schema from version n to n + 1. Only ever added to.</param>
    /// <exception cref="HubFileException">It cannot be used: damaged, read-only, of a newer version, or no database.</exception>
    public SqliteFile(string path, IReadOnlyList<string> migrations)
    {
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ToString();
        try
        {
            Migrate(path, migrations);
            Check(path);
        }
        catch (SqliteException e)
        {
            throw HubFileException.Of(path, e);
        }

        _writer = Task.Factory.StartNew(WriteLoop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Runs a query on a connection of its own; sees everything that was committed before.</summary>
    public T Read<T>(Func<SqliteConnection, T> query)
    {
        using var connection = Open();
        return query(connection);
    }

    /// <summary>
    /// Runs a change; its effect is durable when the task completes. The change may read what it is about to change, and may be run
    /// more than once.
    /// </summary>
    /// <exception cref="StorageException">The disk is full or out of order; nothing of the change was made.</exception>
    public Task<T> WriteAsync<T>(Func<SqliteConnection, T> change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var write = new Write<T>(change);
        ObjectDisposedException.ThrowIf(!_writes.Writer.TryWrite(write), this);
        return write.Completion;
    }

    /// <summary>Writes what is waiting, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _writes.Writer.TryComplete();
        await _writer;
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    void Migrate(string path, IReadOnlyList<string> migrations)
    {
        using var connection = Open();
        Execute(connection, "PRAGMA journal_mode = WAL;");
        using var transaction = connection.BeginTransaction();
        using var version = connection.CreateCommand();
        version.CommandText = "PRAGMA user_version;";
        var current = Convert.ToInt32(version.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
        if (current > migrations.Count)
            throw HubFileException.Newer(path, current, migrations.Count);

        for (; current < migrations.Count; current++)
            Execute(connection, migrations[current]);
        Execute(connection, $"PRAGMA user_version = {migrations.Count};");
        transaction.Commit();
    }

    // A file of the usual size is looked through whole. Of a large one that would take seconds; there the first row of each table must
    // do, and damage elsewhere is found when it is read.
    void Check(string path)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        if (new FileInfo(path).Length <= MostBytesLookedThrough)
        {
            command.CommandText = "PRAGMA quick_check(1);";
            if (command.ExecuteScalar() is not "ok" and var found)
                throw HubFileException.Damaged(path, $"{found}");
            return;
        }

        command.CommandText =
            """
            SELECT group_concat('SELECT count(*) FROM (SELECT * FROM "' || name || '" LIMIT 1);', ' ')
            FROM sqlite_schema WHERE type = 'table';
            """;
        command.CommandText = (string)command.ExecuteScalar()!;
        command.ExecuteNonQuery();
    }

    void WriteLoop()
    {
        var batch = new List<IWrite>();
        while (_writes.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (batch.Count < MostWritesPerCommit && _writes.Reader.TryRead(out var write))
                batch.Add(write);
            Commit(batch);
            batch.Clear();
        }
    }

    void Commit(List<IWrite> batch)
    {
        if (TryCommit(batch) is not { } fault)
        {
            batch.ForEach(write => write.Complete());
            return;
        }

        // The transaction is gone as a whole: nobody may believe that a write of it is durable. Where there is no space for all of
        // them, there may be some for those that are small.
        var storage = StorageException.Find(fault, new SqliteConnectionStringBuilder(_connectionString).DataSource);
        if (storage is not null && batch.Count > 1)
            batch.ForEach(write => Commit([write]));
        else
            batch.ForEach(write => write.Fail(storage ?? fault));
    }

    Exception? TryCommit(List<IWrite> batch)
    {
        try
        {
            using var connection = Open();
            using var transaction = connection.BeginTransaction(deferred: false);
            foreach (var write in batch)
            {
                Execute(connection, "SAVEPOINT one;");
                if (write.Run(connection) is { } error)
                {
                    // SQLite may have undone the whole transaction by itself then.
                    if (StorageException.Find(error, "") is not null)
                        return error;
                    Execute(connection, "ROLLBACK TO one;");
                }

                Execute(connection, "RELEASE one;");
            }

            transaction.Commit();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    interface IWrite
    {
        /// <summary>Makes the change, for the first time or again; returns what went wrong, or null.</summary>
        Exception? Run(SqliteConnection connection);

        void Complete();

        void Fail(Exception error);
    }

    sealed class Write<T>(Func<SqliteConnection, T> change) : IWrite
    {
        readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        T _result = default!;
        Exception? _error;

        public Task<T> Completion => _completion.Task;

        public Exception? Run(SqliteConnection connection)
        {
            try
            {
                _result = change(connection);
                return _error = null;
            }
            catch (Exception e)
            {
                return _error = e;
            }
        }

        public void Complete()
        {
            if (_error is null)
                _completion.SetResult(_result);
            else
                _completion.SetException(_error);
        }

        public void Fail(Exception error) => _completion.SetException(error is StorageException ? error : _error ?? error);
    }
}
